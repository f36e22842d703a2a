"""Facts that come from two tables: the memory a model needs and the model a memory can hold."""

from dataclasses import dataclass

from parse import Fact, read_lists
from settings import CORPUS


@dataclass(frozen=True, slots=True)
class Size:
    """Gigabytes of a model size: the Q4_K_M, Q8_0 and F16 files, and the memory to plan for."""

    billions: str
    q4: str
    q4_plan: str
    q8: str
    q8_plan: str
    f16: str


SIZES = [
    Size("1", "0.8", "2", "1.3", "2", "2.5"),
    Size("2", "1.5", "3", "2.5", "4", "5"),
    Size("3", "2", "3", "3.4", "5", "6.5"),
    Size("4", "2.5", "4", "4.3", "6", "8"),
    Size("7", "4.5", "6", "7.7", "10", "15"),
    Size("8", "5", "7", "8.5", "10", "16"),
    Size("12", "7.5", "10", "13", "16", "24"),
    Size("13", "8", "10", "14", "16", "26"),
    Size("14", "9", "12", "16", "18", "30"),
    Size("24", "14", "17", "25", "28", "47"),
    Size("27", "16.5", "20", "29", "32", "54"),
    Size("30", "18.5", "22", "32", "36", "61"),
    Size("32", "20", "24", "35", "38", "65"),
    Size("70", "42.5", "48", "75", "80", "141"),
]

RAM_FITS = {
    "4": "a **1B** or **2B** model as `Q4_K_M`. Close other programs first; more hardly fits",
    "8": "models of **1B to 4B** as `Q4_K_M`, which take 2 to 4 GB. A 7B model is too tight",
    "16": "a **7B or 8B** model as `Q4_K_M`, which takes 6 to 7 GB and leaves room for the system",
    "24": "a **12B to 14B** model as `Q4_K_M`, or an 8B model as `Q8_0`",
    "32": "a **14B** model as `Q4_K_M` comfortably, or a 30B mixture-of-experts model, which is "
    "much faster on a CPU",
    "64": "a **32B** model as `Q4_K_M` or `Q6_K`; a 70B model as `Q4_K_M` just fits (48 GB) but "
    "is slow",
    "128": "a **70B** model as `Q4_K_M` or `Q8_0`, or a mixture-of-experts model of about 120B",
}
VRAM_FITS = {
    "2": "only a **1B** model as `Q4_K_M`; for bigger ones part of the layers stays on the CPU",
    "4": "a **3B or 4B** model as `Q4_K_M`, or a bigger one with part of the layers on the CPU",
    "6": "a **4B** model comfortably or a **7B** model as `Q4_K_M` with a short context",
    "8": "a **7B or 8B** model as `Q4_K_M` entirely on the GPU, with a context of about 8k",
    "10": "an **8B** model as `Q6_K` or `Q8_0`, or a 12B model as `Q4_K_M`",
    "12": "a **12B to 14B** model as `Q4_K_M`, or an 8B model as `Q8_0`",
    "16": "a **14B** model as `Q5_K_M` or `Q6_K`, or a 24B model as `Q3_K_M`",
    "24": "a **27B to 32B** model as `Q4_K_M`, or a 14B model as `Q8_0` with a long context",
    "32": "a **32B** model as `Q6_K`, or a 27B model as `Q8_0`",
    "48": "a **70B** model as `Q4_K_M`, or a 32B model as `Q8_0`",
    "80": "a **70B** model as `Q8_0`, or one of about 120B as `Q4_K_M`",
}


def memory_facts() -> list[Fact]:
    """All facts of both tables."""
    asks = read_lists(CORPUS / "memory_asks.txt")
    facts: list[Fact] = []
    for size in SIZES:
        facts += [needs_q4(size, asks), needs_q8(size, asks), needs_f16(size, asks)]
    facts += [fits("ram", gb, text, asks) for gb, text in RAM_FITS.items()]
    facts += [fits("vram", gb, text, asks) for gb, text in VRAM_FITS.items()]
    return facts


def fill(patterns: list[str], value: str) -> list[str]:
    """The patterns with N replaced by a number."""
    return [pattern.replace("N", value) for pattern in patterns]


def article(number: str) -> str:
    """A or An, as the number is spoken."""
    return "An" if number == "8" else "A"


def weight_of(billions: str) -> float:
    """Sizes people ask about most are drawn more often."""
    return 1.5 if billions in ("7", "8", "13", "14", "32", "70") else 0.6


def needs_q4(size: Size, asks: dict[str, list[str]]) -> Fact:
    """The usual answer: Q4_K_M, with the others in a second sentence."""
    b, a = size.billions, article(size.billions)
    answers = [
        f"{a} **{b}B** model as `Q4_K_M` is a file of about {size.q4} GB; plan "
        f"about **{size.q4_plan} GB** of memory with a context of 8k. As `Q8_0` it needs about "
        f"{size.q8_plan} GB.",
        f"For {a.lower()} **{b}B** model plan about **{size.q4_plan} GB** of VRAM or RAM at "
        f"`Q4_K_M` (the file has {size.q4} GB) and about {size.q8_plan} GB at `Q8_0`.",
    ]
    then = [(p, f"size-{b}-q8") for p in asks["then_q8"] * 2]
    then += [(p, "how-much-memory") for p in asks["then_why"]]
    then += [
        (p, f"size-{other}-q4")
        for other in ("7", "13", "32", "70")
        if other != b
        for p in fill(asks["then_size"], other)
    ]
    asked = fill(asks["size"], b)
    return Fact(f"size-{b}-q4", asks=asked, answers=answers, then=then, weight=weight_of(b))


def needs_q8(size: Size, asks: dict[str, list[str]]) -> Fact:
    """Asked for Q8_0 by name."""
    b = size.billions
    answers = [
        f"{article(b)} **{b}B** model as `Q8_0` is a file of about {size.q8} GB; plan about "
        f"**{size.q8_plan} GB** of memory with a context of 8k.",
    ]
    then = [(p, f"size-{b}-q4") for p in asks["then_q4"] * 2]
    then += [
        (p, f"size-{other}-q8")
        for other in ("7", "13", "32", "70")
        if other != b
        for p in fill(asks["then_size"], other)
    ]
    asked = fill(asks["size_q8"], b)
    return Fact(f"size-{b}-q8", asks=asked, answers=answers, then=then, weight=0.5 * weight_of(b))


def needs_f16(size: Size, asks: dict[str, list[str]]) -> Fact:
    """Asked for F16 by name."""
    b = size.billions
    answers = [
        f"{article(b)} **{b}B** model as `F16` is a file of about **{size.f16} GB**, two bytes "
        f"for each parameter. `Q8_0` needs half of that and is practically as good.",
    ]
    return Fact(
        f"size-{b}-f16", asks=fill(asks["size_f16"], b), answers=answers, weight=0.4 * weight_of(b)
    )


def fits(kind: str, gigabytes: str, text: str, asks: dict[str, list[str]]) -> Fact:
    """Which models a computer with so much memory can run."""
    name = "RAM" if kind == "ram" else "VRAM"
    answers = [f"With **{gigabytes} GB of {name}** you can run {text}."]
    table = RAM_FITS if kind == "ram" else VRAM_FITS
    then = [
        (p, f"fits-{kind}-{other}")
        for other in table
        if other != gigabytes
        for p in fill(asks["then_fits"], other)
    ]
    weight = 1.2 if gigabytes in ("8", "16", "24", "32", "12") else 0.7
    return Fact(
        f"fits-{kind}-{gigabytes}",
        asks=fill(asks[f"fits_{kind}"], gigabytes),
        answers=answers,
        then=then,
        weight=weight,
    )
