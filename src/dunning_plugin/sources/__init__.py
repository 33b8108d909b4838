"""Sources: where invoices and payments come from; one module a source behind one interface."""
