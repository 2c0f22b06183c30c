# ruff: noqa: D101, D102
"""A tiny workspace and its release, written from docs/reference/formats.md alone: nothing of licit is imported.

A test changes what it wants before :meth:`World.write`; everything after is hashed and signed properly, so that only the
claim in question can notice.
"""

import hashlib
import hmac
import json
import re
import sqlite3
import zlib
from base64 import b32encode, b64encode
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from law_texts import papers, toml

TEXTS = pa.list_(pa.string())
MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))
COLUMNS = ["record", "chunk", "messages", "text", "language", "source", "licence", "day", "first_day", "last_day",
           "participants", "topics", "tokens", "turns"]
DATA = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("messages", MESSAGES), ("text", pa.string()),
                  ("language", pa.string()), ("source", pa.string()), ("licence", pa.string()), ("day", pa.string()),
                  ("first_day", pa.string()), ("last_day", pa.string()), ("participants", TEXTS), ("topics", TEXTS),
                  ("tokens", pa.int32()), ("turns", pa.int32())])
IDS = pa.schema([("record", pa.string()), ("chunk", pa.int32()), ("source", pa.string()), ("order", pa.binary(16)),
                 ("digest", pa.binary(32))])
FACTS = pa.schema([
    ("record", pa.string()), ("chunk", pa.int32()), ("order", pa.binary(16)), ("bucket", pa.uint32()),
    ("source", pa.string()), ("thread", pa.string()), ("holder", pa.string()), ("project", pa.string()),
    ("surface", pa.string()), ("capacity", pa.string()), ("age", pa.string()), ("state", pa.string()),
    ("notice", pa.string()), ("third_parties", pa.bool_()), ("press", pa.bool_()), ("said_first", pa.string()), ("said_last", pa.string()),
    ("arrived", pa.string()), ("turn_ids", TEXTS), ("turn_said", TEXTS), ("turn_subjects", pa.list_(TEXTS)),
    ("subjects", TEXTS), ("mentions", TEXTS), ("names", TEXTS), ("made_from", TEXTS),
    ("static", pa.string())])
SIGNATURES = pa.schema([("exact", pa.binary(16)), ("bands", pa.list_(pa.uint64())), ("runs", pa.list_(pa.uint64()))])
BONDS = pa.schema([("people", pa.list_(pa.binary(16))), ("facts", pa.binary(32))])
KIN = pa.schema([("anchors", pa.list_(pa.uint64())), ("works", TEXTS)])
ATTRIBUTES = pa.schema([*FACTS, *(f for f in DATA if f.name not in {*FACTS.names, "licence"}), *KIN, *SIGNATURES, *BONDS])
DECISIONS = pa.schema([*((name, pa.string()) if name != "chunk" else (name, pa.int32())
                         for name in ("record", "chunk", "shard", "source", "answer", "reason")), *BONDS])


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def frame(*parts):
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def commit(salt, body):
    return hashlib.sha256(frame(b"licit/commitment", salt, body)).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def mth(leaves):
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node(mth(leaves[:k]), mth(leaves[k:]))


def audit_path(m, leaves):
    if len(leaves) <= 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*audit_path(m, leaves[:k]), mth(leaves[k:])]
    return [*audit_path(m - k, leaves[k:]), mth(leaves[:k])]


def consistency(m, leaves, whole=True):
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    if m == 0:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*consistency(m, leaves[:k], whole), mth(leaves[k:])]
    return [*consistency(m - k, leaves[k:], False), mth(leaves[:k])]


def typed(value):
    if value is None:
        return b"n"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, str):
        return b"s%d:%b" % (len(value.encode()), value.encode())
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if value and isinstance(value[0], dict):
        return b"m%d:" % len(value) + b"".join(typed(m["role"]) + typed(m["content"]) for m in value)
    return b"l%d:" % len(value) + b"".join(map(typed, value))


def row_digest(row):
    return hashlib.sha256(b"licit/row/1" + b"".join(typed(row[name]) for name in COLUMNS)).digest()


def run_hash(words):
    """Hash fifty words as the formats page defines it, one word after the other."""
    base, straw, most, total = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 1 << 64, 0
    for place, word in enumerate(words):
        mixed = (zlib.crc32(word.encode()) + 1) * straw % most
        total = (total + (mixed ^ mixed >> 29) * pow(base, place, most)) % most
    return total ^ total >> 31


def said(row):
    """Give the words of each turn of a row."""
    return [message["content"] for message in row["messages"] or [{"content": row["text"]}]]


def bonds(row):
    """Give what the decisions keep of a row: marks of the people it concerns, and the digest of its facts."""
    people = sorted(hashlib.sha256(frame(b"licit/person", row["record"].encode(), s.encode())).digest()[:16]
                    for s in row["subjects"])
    names = [name for name in ATTRIBUTES.names if name not in ("bands", "runs", "facts")]
    values = row | {"people": people}
    return {"people": people, "facts": hashlib.sha256(b"licit/facts/1" + b"".join(typed(values[n]) for n in names)).digest()}


class TagTree:
    """The tag tree as src/licit/core/tree.py describes it, by plain recursion."""

    def __init__(self, tags):
        self.tags = sorted(tags)
        self.root = hashlib.sha256(b"\x02" + len(self.tags).to_bytes(8, "big") + self._top(self.tags)).digest()

    @staticmethod
    def bit(tag, bit):
        return tag[bit // 8] >> (7 - bit % 8) & 1

    def _split(self, tags):
        bit = next(b for b in range(256) if len({self.bit(tag, b) for tag in tags}) == 2)
        return bit, [t for t in tags if not self.bit(t, bit)], [t for t in tags if self.bit(t, bit)]

    def _top(self, tags):
        if not tags:
            return b""
        if len(tags) == 1:
            return hashlib.sha256(b"\x00" + tags[0]).digest()
        bit, left, right = self._split(tags)
        return hashlib.sha256(bytes((1, bit)) + self._top(left) + self._top(right)).digest()

    def way(self, tag):
        path, tags = [], self.tags
        while len(tags) > 1:
            bit, left, right = self._split(tags)
            near, far = (right, left) if self.bit(tag, bit) else (left, right)
            path.append([bit, self._top(far).hex()])
            tags = near
        return {"leaf": tags[0].hex() if tags else None, "path": path}


class Key:
    def __init__(self, seed=b"signer"):
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed).digest())
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = b32encode(hashlib.sha256(frame(b"licit/signing-key", self.public)).digest()).decode().lower()[:26]

    def note(self, origin, size, root):
        text = f"{origin}\n{size}\n{b64encode(root).decode()}\n".encode()
        point = hashlib.sha256(origin.encode() + b"\n\x01" + self.public).digest()[:4]
        return text + b"\n" + f"— {origin} {b64encode(point + self.private.sign(text)).decode()}\n".encode()

    def signature(self, kind, body):
        return self.private.sign(b"DSSEv1 %d %b %d %b" % (len(kind), kind.encode(), len(body), body))

    def envelope(self, kind, body):
        signature = self.signature(kind, body)
        return {"payloadType": kind, "payload": b64encode(body).decode(),
                "signatures": [{"keyid": self.id, "sig": b64encode(signature).decode()}]}


def stamp(day, second=0):
    return f"2025-{day}T10:00:{second:02}.000000Z"


class Log:
    def __init__(self):
        self.entries = []

    def add(self, kind, decision, subject="", received="2025-01-02T10:00:00.000000Z"):
        seq = len(self.entries)
        salts = [hashlib.sha256(f"{seq}/{name}".encode()).digest() for name in "adp"]
        recorded = received
        about = canonical({"received_at": received, "recorded_at": recorded, "subject": subject})
        body, more = canonical(decision), b"{}"
        commits = [commit(salt, data) for salt, data in zip(salts, (about, body, more), strict=True)]
        leaf = canonical({"about": "sha256:" + commits[0].hex(), "decision": "sha256:" + commits[1].hex(), "kind": kind,
                          "particulars": "sha256:" + commits[2].hex(), "v": 1})
        self.entries.append({"seq": seq, "kind": kind, "subject": subject, "received_at": received,
                             "recorded_at": recorded, "salts": salts, "body": body, "more": more, "commits": commits,
                             "data": leaf, "leaf": hashlib.sha256(b"\x00" + leaf).digest()})
        return seq

    def leaves(self, size=None):
        return [entry["leaf"] for entry in self.entries[:size]]

    def write(self, path, people):
        base = sqlite3.connect(path)
        base.executescript("""
            create table log(seq integer primary key, kind text, subject text, received_at text, recorded_at text,
                about_salt blob, decision_commitment blob, particulars_commitment blob, leaf blob);
            create table log_decision(seq integer primary key, salt blob, body blob);
            create table log_particulars(seq integer primary key, salt blob, body blob);
            create table subject(subject text primary key, tag_key blob, created_at text, entry integer);""")
        for e in self.entries:
            base.execute("insert into log values (?,?,?,?,?,?,?,?,?)", (
                e["seq"], e["kind"], e["subject"], e["received_at"], e["recorded_at"], e["salts"][0], e["commits"][1],
                e["commits"][2], e["leaf"]))
            base.execute("insert into log_decision values (?,?,?)", (e["seq"], e["salts"][1], e["body"]))
            base.execute("insert into log_particulars values (?,?,?)", (e["seq"], e["salts"][2], e["more"]))
        base.executemany("insert into subject values (?,?,'',0)", people.items())
        base.commit()
        base.close()


POLICY = {"period": [{"purpose": "train", "basis": "legitimate-interest", "starts": "2024-01-01"}],
          "notice": [{"id": "n1", "purposes": ["train"], "starts": "2024-01-01"}],
          "assessment": [{"id": "a1", "purposes": ["train"], "approved_at": "2024-01-01", "expires_at": "2027-01-01",
                          "approved_by": "dpo"}],
          "surface": [{"id": "app", "assurance": "adults"},
                      {"id": "clinic", "assurance": "adults", "theme": "health"}]}
PLAN = {"name": "spring", "purpose": "train", "use": "train", "commercial": True, "sources": [], "as_of": "",
        "threads": ["main", "document"], "chunk": {"tokens": 0, "overlap": 0}, "languages": ["en"],
        "deidentify": {"labels": ["PERSON"], "seconds": 20}, "near": True, "twin_per_thousand": 0, "canaries": 0,
        "lease_hours": 24, "accepted": ["accept_unsigned_approvals"]}


class World:
    """A company with four people, two chats a person, one document; everything may be released until a test objects."""

    def __init__(self, root: Path):
        self.root, self.name, self.origin = root / "workspace", "spring-1", "licit.example/spring"
        self.key = self.log_key = self.says_key = Key()
        self.log, self.plan = Log(), json.loads(json.dumps(PLAN))
        self.people = {f"s{i}": hashlib.sha256(b"tag%d" % i).digest() for i in range(4)}
        self.decided, self.parent, self.base, self.set_aside = {}, None, None, 2
        self.tags_of = None
        self.manifest_change = self.closing_change = self.statement_change = self.lock_change = lambda value: None
        self.public_change = self.body_change = lambda value: None
        self.data_change = self.tally_change = lambda value: value
        for subject in self.people:
            self.log.add("subject", {"commitment": sha(subject.encode())}, subject)
        self.log.add("source", {"source": "chat", "ground": "own", "title": "Chats", "by": "lea"})
        self.log.add("approval", {"source": "chat", "version": 1, "by": "max"})
        self.log.add("source", {"source": "press", "ground": "open-licence", "licence": "CC-BY-4.0", "kind": "works", "by": "lea"})
        self.log.add("approval", {"source": "press", "version": 1, "by": "max"})
        self.log.add("policy", POLICY)
        self.law = papers()
        self.max = Key(b"max")
        self.log.add("staff-key", {"answer": "enrolled", "name": "max", "role": "legal", "key": self.max.public.hex(), "by": "the chair"})
        self.approvals = {name: {"by": "max", "opinion": "It may proceed.", "until": "2099-01-01"} for name in self.law}
        self.shards = {"h1": [self.chat(f"r{i}{j}", f"s{i}") for i in range(4) for j in range(2)],
                       "h2": [self.document("d1")]}
        self.written = False

    def chat(self, record, holder, words="", **facts):
        words = words or f"Comment tailler un pommier numéro {record} ? 🍏"
        return self.row(record, facts, holder=holder, thread="main", source="chat", surface="app",
                        messages=[{"role": "user", "content": words}, {"role": "assistant", "content": "En hiver."}],
                        turn_ids=["t1", "t2"], turn_said=["2025-03-01T10:00:00Z", "2025-03-01T10:00:09Z"],
                        turn_subjects=[[holder], [holder]], subjects=[holder], said_first="2025-03-01T10:00:00Z",
                        said_last="2025-03-01T10:00:09Z", day="2025-03-01", capacity="consumer", age="adult")

    def document(self, record, **facts):
        return self.row(record, facts, thread="document", source="press", text="La récolte fut bonne.", holder="",
                        turn_ids=["t1"], turn_said=[""], turn_subjects=[[]], subjects=[])

    @staticmethod
    def row(record, more, **facts):
        chunk = more.get("chunk", 0)
        row = {"record": record, "chunk": chunk, "bucket": 0, "project": "", "surface": "", "capacity": "unknown",
               "order": hashlib.sha256(f"{record}/{chunk}".encode()).digest()[:16], "age": "unknown", "state": "live",
               "notice": "", "third_parties": False, "press": False, "said_first": "", "said_last": "", "arrived": "2025-04-01T10:00:00Z",
               "mentions": [], "names": [], "made_from": [], "static": "", "messages": None, "text": None, "language": "fr", "day": "",
               "participants": [], "topics": ["pommier"], "tokens": 9, "turns": 2, "bands": [], "anchors": [], "works": [], **facts}
        words = re.findall(r"\w+", "\n".join(said(row)).casefold())
        row["exact"] = hashlib.sha256(frame(b"licit/words", " ".join(words).encode())).digest()[:16]
        row |= {"runs": [run_hash(words[i:i + 50]) for i in range(len(words) - 49)], **more}
        return row | {"first_day": row["day"], "last_day": row["day"]}

    # --- writing ---------------------------------------------------------------------------------------------------

    def path(self, *parts):
        path = self.root.joinpath(*parts)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def put(self, relative, data):
        self.path(relative).write_bytes(data)
        return sha(data)

    def table(self, relative, rows, schema):
        pq.write_table(pa.Table.from_pylist(rows, schema=schema), self.path(relative), store_schema=False)
        return sha(self.path(relative).read_bytes())

    def arrive(self):
        """Write shards and attributes and enter them into the log; what a test adds to the log next decides as well."""
        self.papers = [self.approve(name) for name in self.law]
        self.inputs, self.attributes = [], {}
        for shard, rows in self.shards.items():
            digest = self.store(shard, rows)
            self.attributes[shard] = self.prepare(shard, rows)
            records = len({row["record"] for row in rows})
            item = {"shard": shard, "sha256": digest, "records": records, "source": rows[0]["source"]}
            self.inputs.append(item)
            self.log.add("arrival", item)
        if self.set_aside:
            self.log.add("arrival", {"file": "f1", "source": "chat", "set_aside": {"broken-json": self.set_aside}})
        return self

    def approve(self, name):
        """Enter the approval of a paper as it stands; give what a manifest says of it."""
        data, text = self.law[name], toml(self.law[name])
        body = {"answer": "approved", "paper": data["kind"], "id": data["id"], "version": data["version"], "text": text,
                "digest": sha(text.encode()), "author": "lea", "key": self.max.public.hex(), **self.approvals[name]}
        if "signature" not in body:
            body["signature"] = self.max.signature("application/vnd.licit.approval+json",
                                                   canonical({**body, "v": 1, "log": self.origin})).hex()
        entry = self.log.add("law", body)
        return {"kind": data["kind"], "id": data["id"], "version": data["version"], "digest": body["digest"], "entry": entry}

    def store(self, shard, rows):
        """Write the records of a shard; give the file's digest."""
        bodies = [{"record": r, "body": json.dumps({"turns": [
            {"id": turn, "parts": [["text", text, ""]]} for row in rows if row["record"] == r
            for turn, text in zip(row["turn_ids"], said(row), strict=False)]})}
            for r in dict.fromkeys(row["record"] for row in rows)]
        return self.table(f"shards/{shard}.parquet", bodies, pa.schema([("record", pa.string()), ("body", pa.string())]))

    def prepare(self, shard, rows):
        """Write the attributes of a shard; give the file's digest."""
        return self.table(f"attributes/k1/{shard}.parquet", [row | bonds(row) for row in rows], ATTRIBUTES)

    def everything(self):
        return [(shard, row) for shard, rows in self.shards.items() for row in rows]

    def write(self):
        """Seal, close and attest; give the release's folder."""
        if not hasattr(self, "inputs"):
            self.arrive()
        self.folder, self.state = f"releases/{self.name}", f"state/{self.name}"
        self.size = getattr(self, "size", len(self.log.entries))
        root = mth(self.log.leaves(self.size)).hex()
        self.lock = {"format": "licit-lock/1", "name": self.name, "plan": self.plan, "as_of": "2026-01-01T00:00:00Z",
                     "log": {"base": self.size if self.base is None else self.base, "size": self.size, "root": root},
                     "inputs": self.inputs, "set_aside": self.set_aside,
                     "attributes": {"key": "k1", "files": self.attributes}, "buckets": 1, "seed": "00" * 8,
                     "twin_per_thousand": self.plan["twin_per_thousand"], "parent": self.parent["name"] if self.parent else None}
        self.lock_change(self.lock)
        kept = self._decide()
        self._rows(kept)
        self.manifest = self._manifest(kept, root)
        self.manifest_change(self.manifest)
        self.put(f"{self.folder}/manifest.json", canonical(self.manifest) + b"\n")
        self._close()
        self.path("licit.db").unlink(missing_ok=True)
        self.log.write(self.path("licit.db"), self.people)
        return self.root / self.folder

    def _decide(self):
        rows, self.exact, kept = [], {"arrived": 0, "released": 0, "held": {}, "refused": {}}, []
        for shard, row in self.everything():
            answer, reason = self.decided.get((row["record"], row["chunk"]), ("keep", ""))
            rows.append({"record": row["record"], "chunk": row["chunk"], "shard": shard, "source": row["source"],
                         "answer": answer, "reason": reason, **bonds(row)})
            if answer == "keep":
                kept.append(row)
        rows += [{"record": "set-aside", "chunk": i, "shard": "", "source": "", "answer": "refuse",
                  "reason": "unreadable"} for i in range(self.set_aside)]
        for row in rows:
            self.exact["arrived"] += 1
            if row["answer"] == "keep":
                self.exact["released"] += 1
            else:
                side = self.exact["held" if row["answer"] == "hold" else "refused"]
                side[row["reason"]] = side.get(row["reason"], 0) + 1
        self.exact = self.tally_change(self.exact) or self.exact
        self.decisions = self.table(f"{self.state}/decisions.parquet", rows, DECISIONS)
        self.put(f"{self.state}/tally.json", canonical(self.exact) + b"\n")
        self.put(f"{self.state}/lock.json", canonical(self.lock) + b"\n")
        self.twin = [row for (record, _), (_, why) in self.decided.items() if why == "held-out-twin"
                     for _, row in self.everything() if row["record"] == record]
        self.twin_digest = self.table(f"{self.state}/twin.parquet", self.twin, pa.schema([("record", pa.string()), ("chunk", pa.int32())]))
        return kept

    def _rows(self, kept):
        licences = {"chat": "", "press": "CC-BY-4.0"}
        rows = [row | {"licence": licences.get(row["source"], "")} for row in kept]
        self.rows = self.data_change(sorted(rows, key=lambda row: row["order"]))
        self.ids = [row | {"digest": row_digest(row)} for row in self.rows]
        self.content_root = sha(b"licit/content-root/1" + frame(b"".join(
            row["digest"] for row in sorted(self.ids, key=lambda row: row["order"]))))
        self.table(f"{self.folder}/data/part-00000.parquet", self.rows, DATA)
        self.table(f"{self.folder}/ids/part-00000.parquet", self.ids, IDS)
        self.table(f"{self.folder}/audit/canaries.parquet", [], pa.schema([("canary", pa.string())]))

    def _manifest(self, kept, root):
        people = {s for row in kept for s in row["subjects"]} if self.tags_of is None else self.tags_of
        tags = [hmac.digest(self.people[s], frame(b"licit/tag", self.name.encode()), "sha256") for s in people]
        self.tags = TagTree(tags)
        self.put(f"{self.state}/tags.bin", b"".join(self.tags.tags))
        absence = {"root": self.tags.root.hex(), "count": len(tags), "release": self.name}
        public = {side: self.merged(self.exact[side]) for side in ("held", "refused")}
        tally = {"arrived": self.exact["arrived"], "released": self.exact["released"], **public}
        self.public_change(tally)
        public = {side: tally[side] for side in ("held", "refused")}
        gates = {"any": {side: counts for side, counts in public.items() if counts}}
        papers = {"claims.json": [{"name": "files-intact", "who": "public", "statement": "", "procedure": ""}],
                  "absence.json": absence, "tally.json": {"arrived": tally["arrived"], "released": tally["released"],
                                                          "gates": gates},
                  "measure.json": {"measured": False, "why": "nothing was given"}}
        for name, value in papers.items():
            self.put(f"{self.folder}/evidence/{name}", canonical(value) + b"\n")
        self.put(f"{self.folder}/evidence/checkpoint.txt", self.log_key.note(self.origin, self.size, bytes.fromhex(root)))
        counts = {}
        for row in self.rows:
            counts[row["source"]] = counts.get(row["source"], 0) + 1
        grounds = {"chat": ("own", ""), "press": ("open-licence", "CC-BY-4.0")}
        base = self.path(self.folder, "x").parent
        files = [{"path": str(p.relative_to(base)), "sha256": sha(p.read_bytes()), "bytes": p.stat().st_size}
                 for p in sorted(base.rglob("*")) if p.is_file() and p.name not in (
                     "manifest.json", "closing.json", "report.html", "attestation.dsse.json")]
        return {"format": "licit-release/1", "name": self.name, "label": "de-identified (personal data)",
                "purpose": "train", "use": "train", "commercial": True, "as_of": "2026-01-01T00:00:00Z",
                "content_root": self.content_root, "rows": len(self.rows), "columns": COLUMNS, "tally": tally,
                "files": sorted(files, key=lambda file: file["path"]),
                "sources": [{"id": name, "ground": grounds.get(name, ("own", ""))[0], "contract": "",
                             "licence": grounds.get(name, ("own", ""))[1], "rows": n} for name, n in sorted(counts.items())],
                "law": sorted(self.papers, key=lambda paper: (paper["kind"], paper["id"])),
                "log": {"origin": self.origin, "size": self.size, "root": root, "key": self.log_key.public.hex()},
                "signer": {"key_id": self.says_key.id, "key": self.says_key.public.hex()},
                "lock": self.lock, "lock_digest": sha(canonical(self.lock)), "absence": absence,
                "audit": {"canaries": 0, "twin": len(self.twin), "twin_digest": self.twin_digest},
                "private": {"decisions": self.decisions, "tally": sha(canonical(self.exact))},
                "detectors": ["shapes@1+0"], "parent": self.parent, "lease_hours": 24, "accepted": ["accept_unsigned_approvals"]}

    def merged(self, counts):
        """Merge by trying: the fewest smallest counts that make both sides large enough; all of a patch's."""
        named = sorted(counts, key=lambda name: (counts[name], name))
        for number in range(len(named) + 1):
            rest, left = sum(counts[name] for name in named[:number]), {name: counts[name] for name in named[number:]}
            if not left or (not self.parent and (rest == 0 or rest >= 5) and min(left.values()) >= 5):
                return left | ({"other": rest} if rest else {})

    def _close(self):
        body = {
            "release": self.name, "manifest": sha(self.path(self.folder, "manifest.json").read_bytes()),
            "content_root": self.content_root, "absence_root": self.tags.root.hex()}
        self.body_change(body)
        self.seq = self.log.add("release-closed", body, received="2026-01-01T10:00:00.000000Z")
        self.attest()

    def attest(self):
        """Write proofs, report and signature again, from what stands on the disk."""
        entry, leaves = self.log.entries[self.seq], self.log.leaves()
        size, root = self.closing_size, _ = len(leaves), mth(leaves)
        closing = {"seq": self.seq, "kind": "release-closed", "leaf": entry["data"].decode(),
                   "decision": {"salt": entry["salts"][1].hex(), "body": entry["body"].decode()},
                   "size": size, "root": root.hex(), "path": [h.hex() for h in audit_path(self.seq, leaves)],
                   "consistency": [h.hex() for h in consistency(self.size, leaves)],
                   "checkpoint": self.log_key.note(self.origin, size, root).decode()}
        self.closing_change(closing)
        self.put(f"{self.folder}/evidence/closing.json", canonical(closing) + b"\n")
        self.put(f"{self.folder}/evidence/report.html", b"<!doctype html><title>spring-1</title>\n")
        subjects = [{"name": name, "digest": {"sha256": hashlib.sha256(self.path(self.folder, name).read_bytes()).hexdigest()}}
                    for name in ("manifest.json", "evidence/closing.json", "evidence/report.html")]
        statement = {"_type": "https://in-toto.io/Statement/v1", "predicateType": "https://licit.example/release/v1",
                     "subject": subjects, "predicate": {
                         "release": self.manifest["name"], "content_root": self.manifest["content_root"],
                         "label": self.manifest["label"], "log": {"size": closing["size"], "root": closing["root"]}}}
        self.statement_change(statement)
        envelope = self.key.envelope("application/vnd.in-toto+json", canonical(statement))
        self.put(f"{self.folder}/attestation.dsse.json", canonical(envelope) + b"\n")

    def receipt(self, subject, seq, *, tag_key=None, size=None):
        """Give a person's receipt of an entry, with both proofs."""
        entry, size = self.log.entries[seq], size or self.closing_size
        key = self.people[subject] if tag_key is None else tag_key
        payload = {"v": 1, "origin": self.origin, "seq": seq, "kind": entry["kind"], "leaf": entry["leaf"].hex(),
                   "about": {"received_at": entry["received_at"], "recorded_at": entry["recorded_at"],
                             "subject": entry["subject"]}, "about_salt": entry["salts"][0].hex(),
                   "decision": json.loads(entry["body"]), "decision_salt": entry["salts"][1].hex(),
                   "particulars": "sha256:" + entry["commits"][2].hex(), "issued_at": entry["recorded_at"],
                   "tag_key": key.hex()}
        tag = hmac.digest(key, frame(b"licit/tag", self.name.encode()), "sha256") if key else bytes(32)
        return {"format": "licit-proof/1", "release": self.name, "size": size,
                "receipt": self.log_key.envelope("application/vnd.licit.receipt+json", canonical(payload)),
                "path": [h.hex() for h in audit_path(seq, self.log.leaves(size))] if seq < size else None,
                "tag": self.tags.way(tag)}
