"""Names under which a model can be asked for, and what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from desk_llm.errors import QT_TRANSLATE_NOOP, RequestError
from desk_llm.hub.hosts import Zone, host_of, zone
from desk_llm.models.names import is_plain, plain

OLLAMA_HOSTS = frozenset({"ollama.com", "www.ollama.com", "registry.ollama.ai"})
HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com"})
_REPO_PART = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?")
_OLLAMA_PART = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
_QUANT = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]{0,159}")
_REVISION = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._/-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_MAX_LENGTH = 2048


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository on a Hub, perhaps with the quant or file that is meant."""

    repo: str
    quant: str = ""
    file: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True)
class OllamaName:
    """A model of Ollama's registry."""

    namespace: str
    model: str
    tag: str

    @property
    def text(self) -> str:
        """As Ollama writes it."""
        owner = "" if self.namespace == "library" else f"{self.namespace}/"
        return f"{owner}{self.model}:{self.tag}"


@dataclass(frozen=True, slots=True)
class UrlName:
    """A file anywhere; `sha256` from its fragment, empty when unknown."""

    url: str
    sha256: str = ""


Name = HubName | OllamaName | UrlName


def parse(text: str, endpoints: Iterable[str] = ()) -> Name:
    """What a name means; `endpoints` are further servers that speak the Hub's language.

    Raises RequestError with a sentence.

    >>> parse("ann/cat-GGUF:Q4_K_M")
    HubName(repo='ann/cat-GGUF', quant='Q4_K_M', file='', revision='')
    >>> parse("ollama:qwen3:0.6b").text
    'qwen3:0.6b'
    """
    text = text.strip()
    if not text or len(text) > _MAX_LENGTH or not is_plain(text) or "\\" in text:
        raise _not_a_name(text)
    if text.lower().startswith("ollama:"):
        return _ollama(text[len("ollama:") :], text)
    if "://" in text:
        return _url(text, frozenset(host_of(one) for one in endpoints))
    host, _, rest = text.partition("/")
    if host.lower() in HUB_HOSTS:
        return _hub(rest, text)
    return _hub(text, text)


def is_repo(name: object) -> bool:
    """Whether it can be the name of a repository."""
    parts = name.split("/") if isinstance(name, str) else []
    return len(parts) == 2 and all(_REPO_PART.fullmatch(part) for part in parts)


def check_repo(name: str) -> str:
    """`name` if it can be the name of a repository. Raises RequestError."""
    if not is_repo(name):
        raise _not_a_name(name)
    return name


def _hub(text: str, whole: str) -> HubName:
    repo, colon, quant = text.partition(":")
    if (colon and not _QUANT.fullmatch(quant)) or repo.count("/") != 1:
        raise _not_a_name(whole)
    return HubName(check_repo(repo), quant)


def _ollama(text: str, whole: str) -> Name:
    if text.lower().startswith(("hf.co/", "huggingface.co/")):
        return _hub(text.partition("/")[2], whole)
    host, _, rest = text.partition("/")
    if host.lower() in OLLAMA_HOSTS:
        text = rest
    path, _, tag = text.partition(":")
    namespace, _, model = path.rpartition("/")
    name = OllamaName(namespace or "library", model, tag or "latest")
    if not all(_OLLAMA_PART.fullmatch(one) for one in (name.namespace, name.model, name.tag)):
        raise _not_a_name(whole)
    return name


def _url(text: str, hub_hosts: frozenset[str]) -> Name:
    try:
        parts = urlsplit(text)
        host = host_of(text)
    except ValueError as error:  # a port or an IPv6 address that cannot be
        raise _not_a_name(text) from error
    if parts.scheme.lower() not in ("http", "https") or not host or parts.username is not None:
        raise _not_a_name(text)
    if host in OLLAMA_HOSTS:
        return _ollama(unquote(parts.path).strip("/"), text)
    if host in HUB_HOSTS or host in hub_hosts:
        found = _hub_page(unquote(parts.path), parse_qs(parts.query), text)
        if found is not None:
            return found
    if parts.scheme == "http" and zone(parts.hostname or "") > Zone.LOCAL:
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "{host} would send the file unprotected."),
            QT_TRANSLATE_NOOP("errors", "Use an address that begins with https://."),
            host=plain(host, 100),
        )
    if not unquote(parts.path).casefold().endswith(".gguf"):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{name}” is not the address of a GGUF file."),
            QT_TRANSLATE_NOOP("errors", "It must end in .gguf."),
            name=plain(text, 120),
        )
    return UrlName(parts._replace(fragment="").geturl(), _digest(parts.fragment, text))


def _hub_page(path: str, query: dict[str, list[str]], whole: str) -> HubName | None:
    """owner/repo[:QUANT], owner/repo/tree/REV, owner/repo/(blob|resolve|raw)/REV/FILE."""
    parts = [one for one in path.split("/") if one]
    if len(parts) == 2:
        name = _hub("/".join(parts), whole)
        shown = (query.get("show_file_info") or [""])[0]
        return HubName(name.repo, name.quant, shown)
    if len(parts) < 4 or parts[2] not in ("tree", "blob", "resolve", "raw"):
        return None
    repo, kind, revision = check_repo("/".join(parts[:2])), parts[2], parts[3]
    if not _REVISION.fullmatch(revision):
        raise _not_a_name(whole)
    return HubName(repo, "", "" if kind == "tree" else "/".join(parts[4:]), revision)


def _digest(fragment: str, whole: str) -> str:
    if not fragment:
        return ""
    kind, _, digest = fragment.replace(":", "=", 1).partition("=")
    if kind.lower() != "sha256" or not _SHA256.fullmatch(digest.lower()):
        raise RequestError(
            QT_TRANSLATE_NOOP("errors", "“{name}” ends in something that is no SHA-256 digest."),
            QT_TRANSLATE_NOOP("errors", "Write it like #sha256= and 64 digits from 0 to f."),
            name=plain(whole, 120),
        )
    return digest.lower()


def _not_a_name(text: str) -> RequestError:
    return RequestError(
        QT_TRANSLATE_NOOP("errors", "“{name}” is not a name of a model to download."),
        QT_TRANSLATE_NOOP(
            "errors", "Write owner/repository:QUANT, ollama:model:tag, or the address of a file."
        ),
        name=plain(text, 120),
    )
