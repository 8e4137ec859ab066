"""Settings: the command line, then the environment, then files, then the default; a misspelt one is an error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import run
from test_cli import small

from graphkoc.activate.costs import ITEMS


def settings(folder: Path, *args: str, env: dict[str, str] | None = None) -> dict[str, tuple[object, str]]:
    done = run(*args, "config", "--format", "json", cwd=folder, env={"HOME": str(folder / "home"), **(env or {})})
    assert done.returncode == 0, done.stderr
    return {row["setting"]: (row["value"], row["from"]) for row in json.loads(done.stdout)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a graphkoc.toml, and a home with one of the user's own."""
    (tmp_path / "graphkoc.toml").write_text('store = "ladybug:here.lbug"\n[kocs]\nlimit = 7\n')
    own = tmp_path / "home" / ".config" / "graphkoc"
    own.mkdir(parents=True)
    (own / "graphkoc.toml").write_text('store = "ladybug:own.lbug"\n[kocs]\nlimit = 3\n[analyse]\nmin_size = 30\n')
    return tmp_path


def test_the_nearer_file_wins_and_the_other_fills_in(folder: Path) -> None:
    found = settings(folder)
    assert found["store"] == ("ladybug:here.lbug", "graphkoc.toml")
    assert found["kocs.limit"] == (7, "graphkoc.toml")
    assert found["analyse.min_size"] == (30, str(folder / "home" / ".config" / "graphkoc" / "graphkoc.toml"))
    assert found["backtest.top"] == (0.02, "default")


def test_the_environment_wins_over_files_and_a_flag_over_all(folder: Path) -> None:
    env = {"GRAPHKOC_STORE": "ladybug:env.lbug", "GRAPHKOC_KOCS_LIMIT": "5"}
    found = settings(folder, env=env)
    assert found["store"] == ("ladybug:env.lbug", "GRAPHKOC_STORE")
    assert found["kocs.limit"] == ("5", "GRAPHKOC_KOCS_LIMIT")
    assert settings(folder, "--store", "ladybug:flag.lbug", env=env)["store"] == ("ladybug:flag.lbug", "flag")


def test_a_named_file_stands_in_for_the_one_here(folder: Path) -> None:
    (folder / "other.toml").write_text('store = "ladybug:other.lbug"\n')
    assert settings(folder, "--config", "other.toml")["store"] == ("ladybug:other.lbug", "other.toml")


def test_the_brand_is_set_by_the_file_or_by_the_environment(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[brand]\nown = ["Ours", "Our other"]\nrivals = ["Theirs"]\n')
    found = settings(folder, env={"GRAPHKOC_BRAND_RIVALS": "One, Two ,"})
    assert found["brand.own"] == (["Ours", "Our other"], "graphkoc.toml")
    assert found["brand.rivals"] == (["One", "Two"], "GRAPHKOC_BRAND_RIVALS")


def test_other_names_of_categories_are_a_table_of_the_file(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[kinds]\nKettles = ["水壶"]\n', encoding="utf-8")
    assert settings(folder)["kinds.Kettles"] == (["水壶"], "graphkoc.toml")


def test_safety_words_and_the_checks_that_exclude_are_set_alike(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[safety]\nwords = ["casino"]\nexclude = ["rival_ad"]\n')
    found = settings(folder, env={"GRAPHKOC_SAFETY_WORDS": "赌场,casino"})
    assert found["safety.words"] == (["赌场", "casino"], "GRAPHKOC_SAFETY_WORDS")
    assert found["safety.exclude"] == (["rival_ad"], "graphkoc.toml")
    assert settings(folder)["brand.own"] == ([], "default")


def test_the_languages_of_the_target_are_set_alike(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[target]\nlanguage = ["Chinese"]\n')
    assert settings(folder)["target.language"] == (["Chinese"], "graphkoc.toml")
    assert settings(folder, env={"GRAPHKOC_TARGET_LANGUAGE": "English"})["target.language"][0] == ["English"]
    assert settings(folder)["target.market"] == ([], "default")


def test_the_places_of_the_market_are_set_alike(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[target]\nmarket = ["中国", "Germany"]\n')
    assert settings(folder)["target.market"] == (["中国", "Germany"], "graphkoc.toml")
    assert settings(folder, env={"GRAPHKOC_TARGET_MARKET": "浙江, DE"})["target.market"][0] == ["浙江", "DE"]


def test_what_a_refresh_loads_is_a_list_beside_the_options_of_the_command(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text('[refresh]\npaths = ["exports", "more"]\nkeep = 12\nok_rejected = true\n')
    found = settings(folder)
    assert found["refresh.paths"] == (["exports", "more"], "graphkoc.toml")
    assert found["refresh.keep"] == (12, "graphkoc.toml")
    assert found["refresh.ok_rejected"] == (True, "graphkoc.toml")
    assert found["refresh.mail_for"] == ("client", "default")
    assert "refresh.send" not in found
    env = {"GRAPHKOC_REFRESH_PATHS": "one,two", "GRAPHKOC_REFRESH_KEEP": "3"}
    assert settings(folder, env=env)["refresh.paths"] == (["one", "two"], "GRAPHKOC_REFRESH_PATHS")
    (folder / "graphkoc.toml").write_text("[refresh]\npaths = 3\n")
    done = run("config", cwd=folder, env={"HOME": str(folder / "home")})
    assert done.returncode == 2
    assert 'sets refresh.paths to something other than a list of names. Write: paths = ["exports"].' in done.stderr


def test_costs_are_a_table_of_numbers(folder: Path) -> None:
    (folder / "graphkoc.toml").write_text("[costs]\nproduct = 12\nplatform_fee = 0.1\n")
    own = folder / "home" / ".config" / "graphkoc" / "graphkoc.toml"
    own.write_text("[costs]\nproduct = 9.5\nshipping = 4\n")
    found = settings(folder, env={"GRAPHKOC_COSTS_TAX": "0.06"})
    assert found["costs.product"] == (12, "graphkoc.toml")
    assert found["costs.shipping"] == (4, str(own))
    assert found["costs.tax"] == (0.06, "GRAPHKOC_COSTS_TAX")
    assert found["costs.boost"] == (None, "default")
    assert settings(folder, env={"GRAPHKOC_COSTS_PRODUCT": "13.5"})["costs.product"][0] == 13.5
    assert [name.removeprefix("costs.") for name in found if name.startswith("costs.")] == list(ITEMS)


def test_a_cost_of_the_environment_that_is_no_number_is_one_sentence(folder: Path) -> None:
    env = {"HOME": str(folder / "home"), "GRAPHKOC_COSTS_PRODUCT": "twelve"}
    done = run("config", cwd=folder, env=env)
    assert done.returncode == 2
    assert "GRAPHKOC_COSTS_PRODUCT is 'twelve', which is not a number" in done.stderr


def test_a_check_that_there_is_none_of_is_named(folder: Path) -> None:
    small(folder / "raw")
    home = {"HOME": str(folder / "home")}
    assert run("load", "ciao", "raw", cwd=folder, env=home).returncode == 0
    (folder / "graphkoc.toml").write_text('store = "ladybug:here.lbug"\n[safety]\nexclude = ["rivals"]\n')
    done = run("analyse", cwd=folder, env=home)
    assert done.returncode == 2
    assert "there is no check 'rivals'" in done.stderr
    assert "There are: not_to_contact, " in done.stderr


def test_global_options_after_the_command_override_those_before_it(folder: Path) -> None:
    (folder / "other.toml").write_text('store = "ladybug:other.lbug"\n')

    def found(*args: str, env: dict[str, str] | None = None) -> tuple[object, str]:
        done = run(*args, "--format", "json", cwd=folder, env={"HOME": str(folder / "home"), **(env or {})})
        assert done.returncode == 0, done.stderr
        return next((row["value"], row["from"]) for row in json.loads(done.stdout) if row["setting"] == "store")

    assert found("config", "--store", "ladybug:after.lbug") == ("ladybug:after.lbug", "flag")
    assert found("--store", "ladybug:before.lbug", "config", "--store", "ladybug:after.lbug")[0] == "ladybug:after.lbug"
    assert found("config", "--store", "x", "--store", "ladybug:last.lbug")[0] == "ladybug:last.lbug"
    assert found("config", "--config", "other.toml") == ("ladybug:other.lbug", "other.toml")
    assert found("--config", "graphkoc.toml", "config", "--config", "other.toml")[0] == "ladybug:other.lbug"
    assert found("--store", "ladybug:before.lbug", "config", "--config", "other.toml")[0] == "ladybug:before.lbug"
    environment = {"GRAPHKOC_STORE": "ladybug:env.lbug"}
    assert found("config", "--config", "other.toml", env=environment)[0] == "ladybug:env.lbug"


def test_a_file_named_after_the_command_gives_the_command_its_defaults(folder: Path) -> None:
    (folder / "other.toml").write_text('store = "ladybug:other.lbug"\n[analyse]\nmin_size = "many"\n')
    for args in (("--config", "other.toml", "analyse"), ("analyse", "--config", "other.toml")):
        done = run(*args, cwd=folder)
        assert (done.returncode, "Invalid value for '--min-size'" in done.stderr) == (2, True)
    (folder / "graphkoc.toml").write_text("store = ladybug")
    assert "graphkoc.toml is not TOML" in run("queries", cwd=folder).stderr
    (folder / "good.toml").write_text('store = "ladybug:good.lbug"\n')
    assert run("queries", "--config", "good.toml", cwd=folder).returncode == 0
    done = run("identity", "report", "--config", "good.toml", cwd=folder)
    assert "there is no store at good.lbug yet" in done.stderr
    done = run("identity", "--config", "good.toml", "report", cwd=folder)
    assert "there is no store at good.lbug yet" in done.stderr


def test_of_quiet_and_verbose_the_later_one_wins(folder: Path) -> None:
    small(folder / "raw")
    for before, after, shown in (("-q", "-v", True), ("-v", "-q", False), ("-q", None, False), (None, "-v", True)):
        words = [word for word in (before, "load", "ciao", "raw", after) if word]
        done = run(*words, cwd=folder)
        assert done.returncode == 0, done.stderr
        assert (" s  reading ratings.csv" in done.stderr) == shown, words


def test_what_is_set_is_used(folder: Path) -> None:
    small(folder / "raw")
    home = {"HOME": str(folder / "home")}
    assert run("load", "ciao", "raw", cwd=folder, env=home).returncode == 0
    assert (folder / "here.lbug").is_file()
    (folder / "graphkoc.toml").write_text('[analyse]\nmin_size = "many"\n')
    assert run("analyse", cwd=folder, env=home).returncode == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("store = ladybug", "graphkoc.toml is not TOML: Invalid value (at line 1, column 9).\n"),
        (f"store = {'9' * 5000}", "graphkoc.toml is not TOML: Exceeds the limit"),
        ('stroe = "x"', "sets stroe, which is not a setting"),
        ("[kocs]\nlimits = 3", "sets kocs.limits, which is not a setting"),
        ('[brand]\nours = ["A"]', "sets brand.ours, which is not a setting"),
        ('[brand]\nown = "A"', "sets brand.own to something other than a list of names"),
        ('[kinds]\nTea = "A"', "sets kinds.Tea to something other than a list of names"),
        ("kinds = 3", "sets kinds, which is not a setting"),
        ('[safety]\nwords = "casino"', "sets safety.words to something other than a list of names"),
        ('[safety]\nword = ["casino"]', "sets safety.word, which is not a setting"),
        ("brand = 3", "sets brand, which is not a setting"),
        ("costs = 3", "sets costs, which is not a setting"),
        ("[costs]\nprodukt = 3", "sets costs.produkt, which is not a setting"),
        ('[costs]\nproduct = "12 euros"', "sets costs.product to something other than a number"),
        ("[costs]\nproduct = true", "sets costs.product to something other than a number"),
        (f"[costs]\nproduct = 1{'0' * 400}", "sets costs.product to something other than a number"),
        ("[costs]\nproduct = nan", "sets costs.product to something other than a number"),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "graphkoc.toml").write_text(text)
    done = run("queries", cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    missing = run("--config", "nowhere.toml", "queries", cwd=tmp_path)
    assert (missing.returncode, "there is no configuration file nowhere.toml" in missing.stderr) == (2, True)


def test_the_compose_file_pins_the_tested_server_keeps_to_this_machine_and_has_no_password_of_its_own() -> None:
    compose = (Path(__file__).resolve().parent.parent / "docker-compose.yml").read_text()
    assert "image: neo4j:5.26.30-community" in compose
    ports = [line.strip() for line in compose.splitlines() if line.strip().startswith('- "')]
    assert ports
    assert all(port.startswith('- "127.0.0.1:') for port in ports)
    assert "${GRAPHKOC_NEO4J_PASSWORD:?" in compose
    assert "wget" in compose
