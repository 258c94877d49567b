"""What is disturbed: one operation on a store, and how the store was before it."""

import contextlib
import dataclasses
import json
import os
import shutil
import sqlite3
import subprocess

from inputs import Failure, ingest_words, write_metadata, write_npy

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# Longer than any operation here takes by far; what runs longer hangs.
LONGEST = 60


@dataclasses.dataclass(frozen=True)
class Scenario:
    """One operation: the words that make the store, and the words that are disturbed.

    Words in braces are names of `Laboratory.names`.
    """

    name: str
    before: tuple
    words: tuple
    # How many commits the operation makes at most.
    commits: int = 1
    # Whether its answer says that the first of several is done.
    answers_first: bool = False
    # A store of an older format that is brought over, by its folder; its metadata are not those of the inputs.
    golden: str = ""
    # Lines of JSON on standard input, each of which is answered by a line.
    input: tuple = ()


HIDE = ("{engram}", "hide", "{store}", "--where", "learning_rule = 'adam'", "--reason", "t", "--json")
# A store of one segment and one staged batch.
SMALL = ("ingest:many", "ingest:few")
SCENARIOS = [
    Scenario("create", (), ("ingest:few",)),
    Scenario("ingest", SMALL, ("ingest:many",)),
    Scenario("append and flush", SMALL, ("{driver}", "write", "{store}", "11", "8"), commits=8),
    Scenario("compact", (*SMALL, "ingest:many"), ("{engram}", "compact", "{store}", "--all", "--json")),
    Scenario("merge", SMALL, ("{engram}", "merge", "{store}", "{other}", "--force", "--json"), commits=2,
             answers_first=True),
    Scenario(
        "split", SMALL,
        ("{engram}", "split", "balanced", "{store}", "--name", "s", "--repeats", "2", "--json"), commits=2),
    Scenario(
        "classify", (*SMALL, "split"),
        ("{engram}", "classify", "{store}", "--split", "s", "--model", "random-forest", "--set", "n_estimators=5",
         "--threads", "1", "--json"),
        commits=4),
    Scenario(
        "edit", SMALL,
        ("{engram}", "edit", "{store}", "--where", "learning_rule = 'adam'", "--set", "learning_rule=sgdm", "--reason", "t", "--json")),
    Scenario("hide", SMALL, HIDE),
    Scenario(
        "purge", (*SMALL, "hide"), ("{engram}", "purge", "{store}", "--confirm", "store.engram", "--json"), commits=2),
    Scenario(
        "record", SMALL, ("{engram}", "record", "{store}"),
        input=(
            {"run": {"learning_rule": "adam", "model_seed": 77}, "layers": ["a", "b"], "statistics": ["weightabs_mean"]},
            *({"epoch": epoch, "values": [[epoch + 0.5], [epoch + 0.25]], "metrics": {"loss": 0.5}} for epoch in range(4)),
            {"end": True},
        )),
    Scenario("migrate", (), ("{engram}", "migrate", "{store}", "--json"), commits=0, golden="fixtures/stores/version-1"),
    Scenario("metrics", SMALL, ("{engram}", "ingest-metrics", "{store}", "{metrics}", "--json")),
]  # fmt: skip


class Laboratory:
    """A folder of inputs, of stores as they are before each scenario, and of the store that is disturbed."""

    def __init__(self, engram, folder):
        self.folder = folder
        self.names = {
            "engram": engram,
            "driver": os.path.join(os.path.dirname(engram), "store-driver"),
            # The store lies alone in a folder: the shim watches the folder, and so sees the store being made.
            "watched": os.path.join(folder, "watched"),
            "store": os.path.join(folder, "watched", "store.engram"),
            "other": os.path.join(folder, "other.engram"),
            "metrics": os.path.join(folder, "metrics.csv"),
        }
        for name, examples, seed in (("many", 1100, 1), ("few", 64, 2), ("further", 64, 3)):
            write_npy(self.path(name, "npy"), examples, seed)
            write_metadata(self.path(name, "csv"), examples, seed, rules=("adam", "sgdm"))
        with open(self.names["metrics"], "w") as file:
            file.write("run_id,epoch,loss\n" + "".join(f"{run},{epoch},0.5\n" for run in (1, 2) for epoch in range(20)))
        self.run(ingest_words(engram, self.path("few", "npy"), self.path("few", "csv"), self.names["other"]))
        self.run(ingest_words(engram, self.path("many", "npy"), self.path("many", "csv"), self.names["other"]))

    def path(self, name, suffix):
        return os.path.join(self.folder, f"{name}.{suffix}")

    def words(self, template):
        """The words of a command; `ingest:NAME` and `split` stand for whole commands."""
        if template == "split":
            template = next(one.words for one in SCENARIOS if one.name == "split")
        if template == "hide":
            template = HIDE
        if isinstance(template, str):
            template = (template,)
        if template[0].startswith("ingest:"):
            name = template[0].split(":")[1]
            return ingest_words(
                self.names["engram"], self.path(name, "npy"), self.path(name, "csv"), self.names["store"])
        return [word.format(**self.names) for word in template]

    @staticmethod
    def text(scenario):
        """What the operation reads from standard input."""
        return "".join(json.dumps(line) + "\n" for line in scenario.input)

    def run(self, words, text=""):
        """Runs a command that must succeed."""
        done = subprocess.run(words, input=text, capture_output=True, text=True, timeout=LONGEST)
        if done.returncode != 0:
            raise Failure(f"{words[1:3]}: exit code {done.returncode}: {done.stdout[-300:]} {done.stderr[-600:]}")
        return done.stdout

    def prepare(self, scenario):
        """Makes the store as it is before a scenario, and keeps a copy for `restore`."""
        shutil.rmtree(self.names["watched"], ignore_errors=True)
        os.mkdir(self.names["watched"])
        if scenario.golden:
            shutil.copytree(os.path.join(ROOT, scenario.golden), self.names["store"])
        for step in scenario.before:
            self.run(self.words(step))
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.names["watched"], self.kept)
        if scenario.golden:
            # The program does not read the log of an older format.
            with contextlib.closing(sqlite3.connect(os.path.join(self.kept, "store.engram", "catalog.sqlite"))) as catalog:
                return dict(catalog.execute("SELECT commit_id, example_end FROM commit_log"))
        return self.log() if scenario.before else {}

    @property
    def kept(self):
        return os.path.join(self.folder, "kept")

    def restore(self):
        """Puts the store back as it was before the scenario."""
        shutil.rmtree(self.names["watched"], ignore_errors=True)
        shutil.copytree(self.kept, self.names["watched"])

    def exists(self):
        return os.path.exists(os.path.join(self.names["store"], "catalog.sqlite"))

    def log(self):
        """The number of examples after each commit."""
        sql = "SELECT commit_id, example_end FROM commit_log ORDER BY commit_id"
        rows = json.loads(self.run([self.names["engram"], "sql", self.names["store"], sql, "--json"]))
        return {row["commit_id"]: row["example_end"] for row in rows}

    def verify(self):
        """Checks the whole store; the names of what dead writers left."""
        report = json.loads(self.run([self.names["engram"], "verify", self.names["store"], "--json"]))
        if report["problems"]:
            raise Failure(f"verify: {report['problems']}")
        return report["leftovers"]

    def check_record(self, scenario, output):
        """What was recorded is there: the same lines again find it, and what is left can be recorded."""
        answers = [json.loads(line).get("ok") for line in output.splitlines() if line.endswith("}")]
        if "ended" in answers:
            return
        done = subprocess.run(
            self.words(scenario.words), input=self.text(scenario), capture_output=True, text=True, timeout=LONGEST)
        again = [json.loads(line) for line in done.stdout.splitlines()]
        if again and again[0].get("error", {}).get("code") == "exists":
            return  # it was ended, and killed before it could say so
        if done.returncode != 0 or any("error" in answer for answer in again):
            raise Failure(f"the record cannot go on: {again}")
        for first, second in zip(answers, again):
            if first in ("recorded", "repeated") and second["ok"] != "repeated":
                raise Failure(f"a checkpoint that was {first} is {second['ok']} again")

    def check(self, scenario, before, acknowledged, output=""):
        """Checks a store after a disturbance, then writes to it.

        `before` are the commits before the scenario, `acknowledged` how many more were reported as done, `output` what the
        program said.
        """
        if not self.exists():
            if before or acknowledged:
                raise Failure("the store is gone")
        else:
            if scenario.golden:
                self.run(self.words(scenario.words))
            self.verify()
            log = self.log()
            if any(log.get(commit) != end for commit, end in before.items()):
                raise Failure(f"the commits were {before} and are {log}")
            if not len(before) + acknowledged <= len(log) <= len(before) + scenario.commits:
                raise Failure(f"{len(before)} commits before, {acknowledged} acknowledged, {len(log)} after")
        if scenario.input:
            self.check_record(scenario, output)
        # Runs that no scenario has hidden: those are not taken a second time unasked.
        self.run(self.words("ingest:further"))
        if left := self.verify():
            raise Failure(f"the next write left {left}")
