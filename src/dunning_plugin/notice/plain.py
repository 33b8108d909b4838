"""Text as its reader takes it in: what hides a word from a search and not from a person is taken away.

Every function keeps the number of lines, so that a finding can name its line.
"""

import html
import re
import unicodedata
from typing import Iterator, List
from urllib.parse import unquote

# Letters of other scripts that look like Latin ones.
LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁԛԝһьαοερτυνκιΑΒΕΗΙΚΜΝΟΡΤΧАВЕКМНОРСТХıԼⅼƖɡ",
    "aeopcyxijsdqwhbaoeptuvkiABEHIKMNOPTXABEKMHOPCTXiLllg",
)
# Digits and signs read as letters; 1 is read once as i and once as l.
DIGITS = (str.maketrans("013457$", "oieasts"), str.maketrans("013457$", "oleasts"))
COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# Tags that end a word; all others may stand in the middle of one without a reader's noticing.
BREAKING = re.compile(
    r"</?(?:address|article|aside|blockquote|body|br|dd|div|dl|dt|figure|footer|form|h[1-6]|head|header|hr|html|li|"
    r"link|main|meta|nav|ol|option|p|pre|script|section|style|table|tbody|td|th|thead|title|tr|ul)\b[^>]*>",
    re.IGNORECASE,
)
TAG = re.compile(r"</?[a-z!?][^>]*>", re.IGNORECASE)
STYLE = re.compile(r"(<style\b[^>]*>)(.*?)(</style>|\Z)", re.IGNORECASE | re.DOTALL)
CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \n]?")
WORD = re.compile(r"[^\W_]+")
SPELT = re.compile(r"(?<![^\W_])(?:[^\W_][ .*_·\-]){3,}[^\W_](?![^\W_])")
SEPARATORS = re.compile(r"[ .*_·\-]")


def plain(text: str) -> str:
    """Lower case, without accents, look-alikes and invisible characters; line ends stay."""
    # Twice: compatibility forms (full-width letters, ligatures) may decompose into what is to be taken away.
    for _ in range(2):
        text = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
        text = unicodedata.normalize("NFKD", text).translate(LOOKALIKES)
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return text.casefold()


def readings(text: str) -> Iterator[str]:
    """All the ways in which a text or a page is read, plain: as shown, with its letters apart put together, with
    digits as letters, and its source with attributes, comments and style sheets."""
    shown = plain(html.unescape(_without_tags(text)))
    yield shown
    yield SPELT.sub(lambda found: SEPARATORS.sub("", found.group(0)), shown)
    for digits in DIGITS:
        yield " ".join(_as_letters(word, digits) for word in shown.split(" "))
    source = html.unescape(CSS_ESCAPE.sub(lambda found: _letter(found.group(1)), text))
    yield plain(source)
    yield plain(unquote(source, errors="replace"))


def words_of(line: str) -> List[str]:
    """The words of one plain line; an apostrophe parts them, as in l'impaye."""
    return WORD.findall(line)


def _without_tags(text: str) -> str:
    text = STYLE.sub(lambda found: found.group(1) + _lines(found.group(2)) + found.group(3), text)
    text = COMMENT.sub(lambda found: _lines(found.group(0)), text)
    text = BREAKING.sub(lambda found: _lines(found.group(0)) or " ", text)
    return TAG.sub(lambda found: _lines(found.group(0)), text)


def _lines(text: str) -> str:
    return "\n" * text.count("\n")


def _as_letters(word: str, digits: "dict[int, int]") -> str:
    # A number, or a date, is no word.
    return word.translate(digits) if sum(letter.isalpha() for letter in word) > 1 else word


def _letter(code: str) -> str:
    number = int(code, 16)
    return chr(number) if 0x20 <= number < 0xD800 else " "
