"""The pages of the admin: views, forms and templates, the same for every panel. No rule of the business stands here."""
