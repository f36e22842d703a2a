"""Grammars that kill or hang stock bindings are refused in words; the others reach native code."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk_llm.engine.llama.sampler_chain import Grammar
from desk_llm.engine.sampling.gbnf import MAX_ALTERNATIVES, MAX_NESTING
from desk_llm.engine.sampling.grammar import check_grammar
from desk_llm.errors import Unsupported
from tests.engine.sampling.conftest import Bench

JSON = r"""
root ::= value  # any JSON
value ::= object | array | string | number | "true" | "false" | "null"
ws ::= | " " | "\n" [ \t]{0,20}
object ::= "{" ws (string ws ":" ws value
                   ("," ws string ws ":" ws value)*)? ws "}"
array ::= "[" ws (value ("," ws value)*)? ws "]"
string ::= "\"" ([^"\\\x7F\x00-\x1F] | "\\" (["\\bfnrt/] | "u" [0-9a-fA-F]{4}))* "\""
number ::= ("-"? ([0-9] | [1-9] [0-9]{0,15})) ("." [0-9]+)? ([eE] [-+]? [0-9]{1,3})?
"""
DEEP = "(" * MAX_NESTING + '"a"' + ")" * MAX_NESTING
GOOD = {
    "JSON": JSON,
    "words": 'root ::= [a-z]+ " " ("yes"|"no")',
    "empty literal": 'root ::= "" "a"',
    "empty alternative": 'root ::= "a" | ',
    "any": "root ::= . .*",
    "Chinese": 'root ::= [一-龥]+ "。"\r\n# end',
    "escapes": r'root ::= "\x41\u00e9\U0001F600\t\r\n\\\"\[\]\-" [\]\[\-\\^]',
    "counts": 'root ::= "a"{3} "b"{2,} "c"{0,4} "d"{0}',
    "nested counts": 'root ::= ("a" ("b" "c"?){2,3}){1,4}',
    "deep": f"root ::= {DEEP}",
    "list of a list that may be empty": 'root ::= ws* "a"\nws ::= [ \\t]*',
    "two that may be empty": 'root ::= ("a"? "b"?)*',
    "sums": 'root ::= e\ne ::= t ("+" t)*\nt ::= [0-9]+ | "(" e ")"',
    "palindromes": 'root ::= "a" root "a" | "b" root "b" | [ab]',
    "tokens": "root ::= <[5]> !<[6]>",
    "long text": r'root ::= "\"" c{0,1999} "\""' + '\nc ::= [^"]',
    "many words": "root ::= " + " | ".join(f'"w{n}"' for n in range(4000)),
    "no class": 'root ::= [] "a"',
    "digits in a name": 'root ::= 1-a\n1-a ::= "x"',
}
BOMBS = {
    "left recursion": 'root ::= root "a" | "b"',
    "left recursion over two": 'root ::= a\na ::= b "x"\nb ::= a "y" | "z"',
    "behind something empty": 'root ::= a\na ::= b a "x" | "y"\nb ::= c\nc ::= "" | "z"',
    "behind white space": 'root ::= a\na ::= ws a "x" | "y"\nws ::= [ ]*',
    "itself alone": "root ::= root",
    "empty repeated": 'root ::= (""*)*',
    "empty rule repeated": 'root ::= a*\na ::= "" | "x"',
    "undefined": "root ::= foo",
    "no root": 'x ::= "a"',
    "nothing": "",
    "comment alone": "# root",
    "a million": 'root ::= "a"{1000000}',
    "a huge number": 'root ::= "a"{0,99999999999999999999999}',
    "more than it can": 'root ::= "a"{0,2001}',
    "repetitions of repetitions": 'root ::= "a"{2000}{2000}',
    "repeated groups": 'root ::= ("a" "b"?){1999}',
    "long text repeated": 'root ::= "' + "a" * 60000 + '"{2000}',
    "wide class repeated": "root ::= [" + "a-b" * 20000 + "]{2000}",
    "parentheses": "root ::= " + "(" * 100_000 + '"a"' + ")" * 100_000,
    "parentheses, few bytes": "root ::= " + "(" * 10_000 + '"a"' + ")" * 10_000,
    "open parentheses": "root ::= " + "(" * 60_000,
    "alternatives": "root ::= " + " | ".join(f'"a{n}"' for n in range(80_000)),
    "short alternatives": "root ::= " + "|".join('"a"' for _ in range(MAX_ALTERNATIVES + 1)),
    "ways through rules": "\n".join(f'a{n} ::= a{n + 1} "x" | a{n + 1} "y"' for n in range(40))
    + '\na40 ::= "q"\nroot ::= a0',
    "chain of rules": "root ::= r0\n"
    + "\n".join(f"r{n} ::= r{n + 1}" for n in range(4000))
    + '\nr4000 ::= "a"',
    "doubling": 'root ::= "a" root "x" | "a" root "y" | "b"',
    "doubling, hidden": 'root ::= "hello world" s\ns ::= "a" s "x" | "a" s "y" | "b"',
    "doubling, in turns": 'root ::= "b" s\ns ::= "a" t "x" | "a" t "y" | "c"\nt ::= "b" s',
    "doubling without recursion": "root ::= a0\n"
    + "\n".join(f'a{n} ::= "q" a{n + 1} "x" | "q" a{n + 1} "y"' for n in range(20))
    + '\na20 ::= "z"',
    "many places": 'root ::= ("a" root? "b"? | "a"* root? | [a-c] root{0,2})*',
    "a way that pays late": 'root ::= [a-c] | . b+\na ::= "x" [x-z]\n'
    'b ::= [x-z] a (root{1,} | ( | "y"{1,}){0,3}){2}',
    "NUL": 'root ::= "a\0b"',
    "surrogate": 'root ::= "\ud800"',
    "bytes": 'root ::= "' + "é" * 40_000 + '"',
    "unclosed": 'root ::= "abc',
    "unclosed class": "root ::= [abc",
    "unclosed token": "root ::= <abc",
    "huge token": "root ::= <[99999999999999999999]>",
    "bad escape": r'root ::= "\q"',
    "short escape": r'root ::= "\u12"',
    "reversed count": 'root ::= "a"{5,2}',
    "count of nothing": "root ::= {3}",
    "twice": 'root ::= "a"\nroot ::= "b"',
    "alternative on its own line": 'root ::= "a"\n| "b"',
    "rubbish": "}{",
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD.keys())
def test_good_grammars_are_accepted_here_and_by_llama(bench: Bench, text: str) -> None:
    check_grammar(text)
    Grammar(bench.vocab, text).free()


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS.keys())
def test_bombs_are_refused_in_words(text: str) -> None:
    started = time.process_time()
    with pytest.raises(Unsupported) as refused:
        check_grammar(text)
    assert refused.value.message.endswith(".")
    assert time.process_time() - started < 2.0  # the work is bounded; it takes under 0.3 s


def test_the_line_of_a_problem_is_said() -> None:
    with pytest.raises(Unsupported, match="Line 3"):
        check_grammar('root ::= a\n\na ::= "x')


NAMES = st.sampled_from(["root", "a", "b", "c"])
ITEMS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        NAMES,
        st.sampled_from(['"x"', '"yz"', '""', "[a-c]", "[^x]", ".", "[]"]),
        BODIES.map(lambda body: f"({body})"),
    )
)
QUANTIFIED = st.tuples(ITEMS, st.sampled_from(["", "", "", "*", "+", "?", "{2}", "{0,3}", "{1,}"]))
SEQUENCES = st.lists(QUANTIFIED.map("".join), max_size=3).map(" ".join)
BODIES: st.SearchStrategy[str] = st.lists(SEQUENCES, min_size=1, max_size=3).map(" | ".join)


@settings(max_examples=60, deadline=None)
@given(bodies=st.tuples(BODIES, BODIES, BODIES, BODIES))
def test_what_passes_is_understood_by_llama(bench: Bench, bodies: tuple[str, ...]) -> None:
    names = ("root", "a", "b", "c")
    text = "\n".join(f"{name} ::= {body}" for name, body in zip(names, bodies, strict=True))
    try:
        check_grammar(text)
    except Unsupported:
        return
    grammar = Grammar(bench.vocab, text)  # would raise
    grammar.allows(5)
    grammar.free()
