"""Reads arrows.txt, and holds the sources against it.

arrows.txt says what it holds; Drawing is what was read, and complaints() is the whole check. Nothing here knows a
folder of ours by name.
"""
import functools
import re
from pathlib import Path

SOURCES = {".cpp", ".h", ".hpp", ".cc", ".c", ".def", ".inc"}
CODE_ENDS = re.compile(r"//[^\n]*|/\*.*?\*/|\"(?:\\\\.|[^\"\\\\\n])*\"", re.S)  # comments and strings
PORT = re.compile(r"\bvirtual\b[^;{}]*= 0;")  # a member that another room implements
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.M)
TESTS = "tests"


def under(path, places):
    """Whether `path` is one of `places`: a folder, a file, or with a `/` at its end a folder and all below it."""
    folder = path.rsplit("/", 1)[0]
    return any(path == p or folder == p or (p.endswith("/") and path.startswith(p)) for p in places)


class Party:
    """Something that only some rooms may see: the includes of a library, or words such as those that read a clock."""

    def __init__(self, name, marks, places):
        self.name, self.marks, self.places = name, marks, places


class Drawing:
    """arrows.txt, read. ValueError with the line where it cannot be."""

    def __init__(self, text):
        self.arrows = {}  # room: rooms that it may include, in the order of the file
        self.reasons = {}  # (room, room): why it stands although it is against the drawing
        self.parties, self.words = [], []
        self.ports = {}  # class: the room that declares it
        self.test_code = []
        self.system = []
        room = None
        for number, line in enumerate(text.splitlines(), 1):
            line = line.split("#")[0].rstrip()
            if not line:
                continue
            try:
                room = self.read(line, room)
            except ValueError as why:
                raise ValueError(f"arrows.txt:{number}: {why}") from None
        for (a, b), _ in self.reasons.items():
            self.arrows[a].append(b)
        for room, into in self.arrows.items():
            for other in into:
                if other not in self.arrows and not any(r.startswith(other) for r in self.arrows if other.endswith("/")):
                    raise ValueError(f"arrows.txt: {room} may include {other}, which is no room")

    def read(self, line, room):
        parts = re.split(r":(?: +|$)", line.strip(), maxsplit=1)
        if len(parts) != 2:
            raise ValueError("a line without a colon")
        head, rest = parts
        if line[0] == " ":
            return self.exception(room, head, rest)
        named = re.fullmatch(r"(third party|words) (.+?) \((.+)\)", head)
        if head == "ports":
            room, *classes = rest.split()
            self.ports.update(dict.fromkeys(classes, room))
        elif named:
            party = Party(named[2], named[3].split(), rest.split())
            (self.parties if named[1] == "third party" else self.words).append(party)
        elif head == "test code":
            self.test_code += rest.split()
        elif head == "language":
            self.system += rest.split()
        elif re.fullmatch(r"[a-z0-9_./-]+", head):
            if head in self.arrows:
                raise ValueError(f"{head} stands here twice")
            self.arrows[head] = rest.split()
            return head
        else:
            raise ValueError(f"what is `{head}`?")
        return None

    def exception(self, room, head, reason):
        if room is None or not head.startswith("!"):
            raise ValueError("an indented line says `!ROOM: reason` of the room above")
        if len(reason.split()) < 4:
            raise ValueError(f"{room} -> {head[1:]} is against the drawing: say why")
        self.reasons[room, head[1:]] = reason
        return room

    @functools.cache
    def room_of(self, path):
        """The room of a file; None for a folder that is not in the drawing."""
        folder = path.rsplit("/", 1)[0]
        if folder in self.arrows:
            return folder
        return max((r for r in self.arrows if r.endswith("/") and path.startswith(r)), key=len, default=None)

    def allows(self, room, other):
        return room == other or any(
            other == a or (a.endswith("/") and other.startswith(a)) for a in self.arrows[room])

    @functools.cache
    def is_test(self, path):
        name = path.rsplit("/", 1)[-1]
        return any(path == t or (t.endswith("/") and path.startswith(t)) or
                   (t.startswith("*") and name.endswith(t[1:])) for t in self.test_code)

    def against_the_order(self):
        """Arrows go down the file: those that do not, and have no reason."""
        order = list(self.arrows)
        for room, into in self.arrows.items():
            for other in into:
                below = [i for i, r in enumerate(order) if r == other or (other.endswith("/") and r.startswith(other))]
                if (room, other) not in self.reasons and min(below) < order.index(room):
                    yield f"arrows.txt: {room} -> {other} goes up: move a line, or say why with !{other}"


@functools.cache
def code_of(text):
    """The text without comments and strings; lines stay."""
    return CODE_ENDS.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


@functools.cache
def names_in(text):
    """Every name in the code, with the line where it is first."""
    found = {}
    for m in re.finditer(r"\b[A-Z]\w+", code_of(text)):
        found.setdefault(m[0], m.start())
    return {name: text.count("\n", 0, at) + 1 for name, at in found.items() if "a" <= name[1:2] <= "z"}


@functools.cache
def includes_of(text):
    return [(text.count("\n", 0, m.start()) + 1, m[1]) for m in INCLUDE.finditer(text)]


class Tree:
    """The sources below a folder: paths, and the lines of each."""

    def __init__(self, files):
        self.files = files  # path: text

    @staticmethod
    def of(root):
        files = {}
        for top in sorted(p for p in root.iterdir() if p.is_dir() and p.name != "build" and p.name[0] != "."):
            for path in sorted(top.rglob("*")):
                if path.suffix in SOURCES and "node_modules" not in path.parts:
                    files[path.relative_to(root).as_posix()] = path.read_text(encoding="utf-8")
        return Tree(files)

    def includes(self):
        """(path, line, the file as it is written) of every #include."""
        for path, text in self.files.items():
            for number, name in includes_of(text):
                yield path, number, name

    def of_ours(self, name):
        """The path that an include means, if it is a file of ours: written from the root, or a public header."""
        return name if name in self.files else self.public().get(name)

    @functools.cache
    def public(self):
        return {p.split("/include/")[1]: p for p in self.files if "/include/gate/" in p}


def cycle_in(arrows):
    """Rooms that lead back to the first, or an empty list. `arrows`: room -> rooms."""
    done, path = set(), []

    def walk(room):
        if room in path:
            return path[path.index(room):] + [room]
        if room in done:
            return []
        path.append(room)
        for other in sorted(arrows.get(room, ())):
            if found := walk(other):
                return found
        path.pop()
        done.add(room)
        return []

    for start in sorted(arrows):
        if found := walk(start):
            return found
    return []


class Check:
    """One tree against one drawing."""

    def __init__(self, tree, drawing):
        self.tree, self.drawing = tree, drawing
        self.seen = {}  # room: rooms that its files include, or whose ports they use, tests not counted
        self.used = set()  # (party, place) that a file needs
        self.found = []

    def complaints(self):
        drawing = self.drawing
        for path in self.tree.files:
            if drawing.room_of(path) is None:
                self.found.append(f"{path}: its folder is no room of arrows.txt")
        for path, line, name in self.tree.includes():
            self.include(path, f"{path}:{line}: includes {name}", name)
        for path, text in self.tree.files.items():
            self.read_words(path, text)
            self.read_ports(path, text)
        self.declared_ports()
        self.found += drawing.against_the_order()
        for graph in (self.seen, drawing.arrows):
            if cycle := cycle_in(graph):
                self.found.append("a cycle of rooms: " + " -> ".join(cycle))
        self.stale()
        return self.found

    def include(self, path, where, name):
        drawing, room = self.drawing, self.drawing.room_of(path)
        ours = self.tree.of_ours(name)
        if ours is None:
            self.third_party(path, where, name)
            return
        other = drawing.room_of(ours)
        if room is None or other is None or room == other and not drawing.is_test(ours):
            return
        if drawing.is_test(path):
            if not drawing.is_test(ours) and ours.split("/")[0] not in self.tops_for_tests(path):
                self.found.append(f"{where}: a test sees its own top folder and those below it")
            return
        if drawing.is_test(ours):
            self.found.append(f"{where}: test code, in what is no test")
            return
        self.seen.setdefault(room, set()).add(other)
        if not drawing.allows(room, other):
            self.found.append(f"{where}: {room} may include only {', '.join(drawing.arrows[room]) or 'itself'}")

    def tops_for_tests(self, path):
        """Top folders that stand no higher in the file than the one of a test."""
        tops = list(dict.fromkeys(room.split("/")[0] for room in self.drawing.arrows))
        return tops[tops.index(path.split("/")[0]):]

    def third_party(self, path, where, name):
        drawing = self.drawing
        if name in drawing.system or not re.search(r"[./]", name):
            return  # the language's own
        parties = [p for p in drawing.parties if any(name.startswith(m) for m in p.marks)]
        if not parties:
            self.found.append(f"{where}: neither a file of ours nor a third party of arrows.txt")
        for party in parties:
            if not self.may_see(path, party):
                self.found.append(f"{where}: {party.name} may be seen only by {', '.join(party.places)}")

    def may_see(self, path, party):
        places = {p for p in party.places if under(path, [p])}
        if TESTS in party.places and self.drawing.is_test(path):
            places.add(TESTS)
        self.used |= {(party, place) for place in places}
        return bool(places)

    def read_words(self, path, text):
        for party in self.drawing.words:
            if not any(word in text for word in party.marks) or self.drawing.is_test(path):
                continue
            mark = re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word) for word in party.marks) + ")")
            for number, line in enumerate(code_of(text).splitlines(), 1):
                if mark.search(line) and not self.may_see(path, party):
                    self.found.append(f"{path}:{number}: {party.name} only in {', '.join(party.places)}")

    def read_ports(self, path, text):
        """A use of a port is an arrow, however its header came here: by another header, or by a forward declaration."""
        drawing, room = self.drawing, self.drawing.room_of(path)
        if room is None or drawing.is_test(path):
            return
        names = names_in(text)
        for name in drawing.ports.keys() & names.keys():
            other = drawing.ports[name]
            if room.split("/")[0] != other.split("/")[0] or room == other:
                continue
            self.seen.setdefault(room, set()).add(other)
            if not drawing.allows(room, other):
                self.found.append(f"{path}:{names[name]}: uses {name} of {other}: "
                                  f"{room} may use only {', '.join(drawing.arrows[room]) or 'itself'}")

    def declared_ports(self):
        """Every class with something left to implement is a port, and stands in the file with its room."""
        tops = {room.split("/")[0] for room in self.drawing.ports.values()}
        declared = {}
        for path, text in self.tree.files.items():
            if path.split("/")[0] in tops and path.endswith(".h") and not self.drawing.is_test(path):
                for m in re.finditer(r"^(?:class|struct) (\w+)[^;{]*\{(?:\};|(.*?)^\};)", code_of(text), re.M | re.S):
                    declared.setdefault(m[1], (self.drawing.room_of(path), bool(PORT.search(m[2] or "")), path))
        for name, (room, port, path) in declared.items():
            if port and self.drawing.ports.get(name) != room:
                self.found.append(f"{path}: {name} is a port: name it under `ports: {room}` in arrows.txt")
        for name, room in self.drawing.ports.items():
            if declared.get(name, (None,))[0] != room:
                self.found.append(f"arrows.txt: {room} has no class {name}")

    def stale(self):
        """What is allowed and not used any more: the file would promise less than holds."""
        for room, into in self.drawing.arrows.items():
            seen = self.seen.get(room, set())
            for other in into:
                if not any(o == other or (other.endswith("/") and o.startswith(other)) for o in seen):
                    self.found.append(f"arrows.txt: no file of {room} includes {other} any more: take it out")
        for party in self.drawing.parties + self.drawing.words:
            for place in party.places:
                if (party, place) not in self.used:
                    self.found.append(f"arrows.txt: no file of {place} needs {party.name}: take it out")


def read_drawing():
    return Drawing((Path(__file__).parent / "arrows.txt").read_text(encoding="utf-8"))
