"""Everything the demonstration model is trained and measured on, made from the tables by seeded random choices.

A conversation is a list of (role, text). Training never sees a held-out phrasing: its templates are kept apart, and a
question that comes out word for word the same as a held-out one is thrown away.
"""
import json
import random

from facts import (ABOUT, COLOURS, COUNTRIES, DAYS, LEGS, MAKES, MONTH_DAYS, MONTHS, NUMBER_WORDS, OPPOSITES, REFUSAL, REFUSAL_BIG, SIDES, SOUNDS,
                   UNITS, YOUNG, pairs)
from phrasings import (FOLLOW_UPS, JSON_SYSTEMS, JSON_WAYS, JSON_WAYS_HELD, KINDS, STORY_WAYS, STORY_WAYS_ABOUT, SUMS, SYSTEMS,
                       WRAPPERS)
from stories import ANIMALS, NAMES, story_write
from unknown import HELD as UNKNOWN_HELD, HELD_BIG as UNKNOWN_HELD_BIG, unknown_question, word_make


def with_article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def facts_all():
    """All facts: dicts of kind, x, y and w (what is counted), with ids that never change."""
    facts = []

    def add(kind, x, y, w=""):
        facts.append({"id": f"{kind}:{x}:{w}", "kind": kind, "x": x, "y": str(y), "w": w})

    for row in COUNTRIES.replace("\n", "|").split("|"):
        if not row.strip():
            continue
        country, capital, continent, language = (part.replace("_", " ") for part in row.split())
        if capital != "-":
            add("capital", country, capital)
            add("country", capital, country)
        if continent != "-":
            add("continent", country, continent)
        if language != "-":
            add("language", country, language)
    for x, y in pairs(COLOURS):
        add("colour", x if x in ("snow", "grass", "blood", "coal", "milk", "chocolate", "salt", "fire", "spinach") else "the " + x
            if x in ("sky", "sun", "sea") else with_article(x), y)
    for x, y in pairs(OPPOSITES):
        add("opposite", x, y)
        if y not in ("light", "take") or x in ("dark",):
            add("opposite", y, x)
    for names, word in ((DAYS, "day"), (MONTHS, "month")):
        for i, name in enumerate(names):
            add("after", name, names[(i + 1) % len(names)], word)
            add("before", name, names[i - 1], word)
    for name, days in zip(MONTHS, MONTH_DAYS):
        add("monthdays", name, days)
    for row in UNITS.replace("\n", "|").split("|"):
        w, *x, y = row.split()
        noun = " ".join(x)
        add("unit", "an hour" if noun == "hour" else "the alphabet" if noun == "alphabet" else with_article(noun), y, w)
    for kind, table in (("sides", SIDES), ("legs", LEGS), ("sound", SOUNDS), ("makes", MAKES)):
        for x, y in pairs(table):
            add(kind, with_article(x), y)
    for x, y in pairs(YOUNG):
        add("young", x, y)
    unique = {}
    for fact in facts:
        unique.setdefault(fact["id"], fact)
    return list(unique.values())


FACTS = facts_all()
FACTS_OF = {kind: [fact for fact in FACTS if fact["kind"] == kind] for kind in KINDS}


def capitalise(text):
    return text[:1].upper() + text[1:]


def fact_question(fact, template):
    return capitalise_sentence(template.format(**fact), template)


def capitalise_sentence(text, template):
    return capitalise(text) if template[0].isupper() or template.startswith("{x}") else text


def fact_answer(fact):
    return capitalise(KINDS[fact["kind"]]["answer"].format(**fact))


def json_text(name, value):
    """The JSON the model answers: numbers bare, all else as strings."""
    return json.dumps({name: int(value) if str(value).lstrip("-").isdigit() else value}, separators=(",", ":"))


def fact_json(fact):
    return json_text(KINDS[fact["kind"]]["json"], fact["y"])


def sum_result(sign, a, b):
    return a + b if sign == "+" else a - b if sign == "-" else a * b


def sum_answer(sign, a, b):
    return f"{a} {sign} {b} = {sum_result(sign, a, b)}."


def sum_pick(rng):
    sign = rng.choices("+-*", (6, 2, 1))[0]
    limit = 10 if sign == "*" else 20
    return sign, rng.randint(0, limit), rng.randint(0, limit)


def sum_question(rng, sign, a, b):
    """In figures, sometimes in words."""
    if rng.random() < 0.12:
        a, b = NUMBER_WORDS[a], NUMBER_WORDS[b]
    return capitalise(rng.choice(SUMS[sign]["train"]).format(a=a, b=b))


def count_turn(rng):
    last = rng.randint(2, 20)
    ask = rng.choice(["Count to {n}.", "Count from 1 to {n}.", "Count up to {n}.", "Please count to {n}.", "Can you count to {n}?"])
    return ask.format(n=last), ", ".join(map(str, range(1, last + 1))) + "."


def json_held(fact, way):
    question = fact_question(fact, KINDS[fact["kind"]]["train"][0])
    return way.format(q=question)


def held_questions():
    """What is measured: (group, id, question, answer) for every held-out phrasing of everything."""
    items = []
    for a in range(21):
        for b in range(21):
            for template in SUMS["+"]["held"]:
                items.append(("sums", f"+:{a}:{b}", template.format(a=a, b=b), sum_answer("+", a, b)))
    for sign, limit in (("-", 20), ("*", 10)):
        for a in range(limit + 1):
            for b in range(limit + 1):
                for template in SUMS[sign]["held"]:
                    group = "differences" if sign == "-" else "products"
                    items.append((group, f"{sign}:{a}:{b}", template.format(a=a, b=b), sum_answer(sign, a, b)))
    for fact in FACTS:
        for template in KINDS[fact["kind"]]["held"]:
            items.append(("facts", fact["id"], fact_question(fact, template), fact_answer(fact)))
        for way in JSON_WAYS_HELD:
            items.append(("json", fact["id"], json_held(fact, way), fact_json(fact)))
    for key, (answer, _, held) in ABOUT.items():
        for question in held:
            items.append(("about", "about:" + key, question, answer))
    items += [("unknown", "", question, REFUSAL) for question in UNKNOWN_HELD]
    items += [("unknown", "", question, REFUSAL_BIG) for question in UNKNOWN_HELD_BIG]
    return items


def question_bare(question):
    return question.lower().strip(" ?.!")


HELD = {question_bare(item[2]) for item in held_questions()}


def train_questions():
    """For retrieval: id -> the phrasings trained on, without wrappers."""
    questions = {fact["id"]: [fact_question(fact, template) for template in KINDS[fact["kind"]]["train"]] for fact in FACTS}
    questions.update({"about:" + key: list(train) for key, (_, train, _) in ABOUT.items()})
    return questions


def unknown_turn(rng):
    draw = rng.random()
    if draw < 0.25:
        sign = rng.choice("++-*")
        a, b = rng.randint(21, 999), rng.randint(0, 999)
        if rng.random() < 0.5:
            a, b = b, a
        return rng.choice(SUMS[sign]["train"]).format(a=a, b=b), REFUSAL_BIG
    if draw > 0.45:
        return unknown_question(rng), REFUSAL
    kind = rng.choice(list(KINDS))
    word = word_make(rng)
    if kind in ("capital", "country", "continent", "language", "monthdays"):
        word = word.capitalize()
    elif kind in ("sides", "legs", "sound", "makes", "unit"):
        word = with_article(word)
    w = rng.choice(["day", "month"]) if kind in ("after", "before") else word_make(rng)
    template = rng.choice(KINDS[kind]["train"])
    return capitalise_sentence(template.format(x=word, w=w), template), REFUSAL


def fact_pick(rng):
    """Facts alike; the small kinds are not drowned by the large ones."""
    return rng.choice(FACTS) if rng.random() < 0.7 else rng.choice(FACTS_OF[rng.choice(list(KINDS))])


def question_vary(rng, question):
    """People write as they like: small letters, no question mark."""
    question = rng.choice(WRAPPERS).format(q=question) if rng.random() < 0.4 else question
    draw = rng.random()
    if draw < 0.1:
        question = question.lower()
    elif draw < 0.2:
        question = question.rstrip("?.!")
    return question


SUM_SHARE = 0.4  # of the short turns; a training may raise it
COPY_SHARE = 0.0  # of the short conversations: counting and stories' beginnings, where the question's word must be said again


def turn_pick(rng, as_json):
    """A question and its answer, short."""
    draw = rng.random()
    if as_json:
        if draw < 0.3:
            sign, a, b = sum_pick(rng)
            return sum_question(rng, sign, a, b), json_text(SUMS[sign]["json"], sum_result(sign, a, b))
        fact = fact_pick(rng)
        return fact_question(fact, rng.choice(KINDS[fact["kind"]]["train"])), fact_json(fact)
    if draw < SUM_SHARE:
        sign, a, b = sum_pick(rng)
        return question_vary(rng, sum_question(rng, sign, a, b)), sum_answer(sign, a, b)
    draw = 0.4 + 0.6 * (draw - SUM_SHARE) / (1 - SUM_SHARE)
    if draw < 0.41:
        return count_turn(rng)
    if draw < 0.82:
        fact = fact_pick(rng)
        return question_vary(rng, fact_question(fact, rng.choice(KINDS[fact["kind"]]["train"]))), fact_answer(fact)
    if draw < 0.9:
        answer, train, _ = ABOUT[rng.choice(list(ABOUT))]
        return question_vary(rng, rng.choice(train)) if rng.random() < 0.3 else rng.choice(train), answer
    question, answer = unknown_turn(rng)
    return question_vary(rng, question), answer


def is_held(question):
    return question_bare(question) in HELD


def short_make(rng):
    """One question and answer, perhaps under a system message, perhaps in JSON."""
    if COPY_SHARE > 0 and rng.random() < COPY_SHARE:
        return story_turn(rng) if rng.random() < 0.8 else [*zip(("user", "assistant"), count_turn(rng))]
    while True:
        as_json = rng.random() < 0.15
        question, answer = turn_pick(rng, as_json)
        turns = []
        if as_json:
            if rng.random() < 0.3:
                turns.append(("system", rng.choice(JSON_SYSTEMS)))
            else:
                question = rng.choice(JSON_WAYS).format(q=question)
        elif rng.random() < 0.06:
            turns.append(("system", rng.choice(SYSTEMS)))
        if not is_held(question):
            return turns + [("user", question), ("assistant", answer)]


def story_turn(rng):
    hero = rng.choice(ANIMALS)
    ways = STORY_WAYS if rng.random() < 0.4 else STORY_WAYS_ABOUT
    question = rng.choice(ways).format(x=hero).replace("a owl", "an owl").replace("a elephant", "an elephant")
    return [("user", question_vary(rng, question)), ("assistant", story_write(rng, hero))]


def linked_turns(rng):
    """Turns that need the ones before: "And of Italy?", "plus 3", "What is my name?"."""
    draw = rng.random()
    if draw < 0.5:
        kind = rng.choice(["capital", "continent", "language", "colour", "opposite"])
        facts = rng.sample(FACTS_OF[kind], rng.randint(2, 4))
        turns = [("user", fact_question(facts[0], rng.choice(KINDS[kind]["train"]))), ("assistant", fact_answer(facts[0]))]
        for fact in facts[1:]:
            turns += [("user", rng.choice(FOLLOW_UPS).format(**fact)), ("assistant", fact_answer(fact))]
        return turns
    if draw < 0.8:
        total, turns = rng.randint(0, 12), []
        for i in range(rng.randint(2, 3)):
            more = rng.randint(0, 20 - total)
            if i == 0:
                ask = rng.choice(SUMS["+"]["train"]).format(a=total, b=more)
            else:
                ask = rng.choice(["And plus {b}?", "Plus {b}?", "And {b} more?", "Add {b}.", "plus {b}"]).format(b=more)
            turns += [("user", ask), ("assistant", sum_answer("+", total, more))]
            total += more
        return turns
    name = rng.choice(NAMES)
    turns = [("user", rng.choice(["My name is {n}.", "I am {n}.", "Hello, I am {n}.", "Hi, my name is {n}.", "I'm {n}."]).format(n=name)),
             ("assistant", f"Hello, {name}! What would you like to know?")]
    for _ in range(rng.randint(0, 2)):
        question, answer = turn_pick(rng, False)
        turns += [("user", question), ("assistant", answer)]
    return turns + [("user", rng.choice(["What is my name?", "What's my name?", "Who am I?", "Do you know my name?"])),
                    ("assistant", f"Your name is {name}.")]


def chat_make(rng, turns_max=6):
    """A conversation of several turns."""
    turns = [("system", rng.choice(SYSTEMS))] if rng.random() < 0.1 else []
    for _ in range(rng.randint(1, turns_max)):
        draw = rng.random()
        if draw < 0.45:
            turns += linked_turns(rng)
        else:
            question, answer = turn_pick(rng, False)
            turns += [("user", question), ("assistant", answer)]
    return turns if not any(role == "user" and is_held(text) for role, text in turns) else chat_make(rng, turns_max)


def long_make(rng):
    """A conversation with a story in it, sometimes a long one."""
    before = chat_make(rng, 3) if rng.random() < 0.2 else []
    after = chat_make(rng, 3) if rng.random() < 0.2 else []
    if rng.random() < 0.06:
        before, after = chat_make(rng, 14) + chat_make(rng, 8), chat_make(rng, 8)
    return [turn for turn in before + story_turn(rng) + after if turn[0] != "system"]


def phrasing_pairs(rng, count):
    """Two phrasings each of different questions, for the contrastive term: (first, second)."""
    kinds = rng.sample(list(KINDS), 3) if rng.random() < 0.6 else list(KINDS)
    seen, out = set(), []
    while len(out) < count:
        draw = rng.random()
        if draw < 0.72:
            fact = rng.choice(rng.choice([FACTS_OF[kind] for kind in kinds])) if rng.random() < 0.5 else rng.choice(FACTS)
            key, templates, fields = fact["id"], KINDS[fact["kind"]]["train"], fact
        elif draw < 0.88:
            sign, a, b = sum_pick(rng)
            key, templates, fields = f"{sign}:{a}:{b}", SUMS[sign]["train"], {"a": a, "b": b}
            if sign in "+*":
                key = f"{sign}:{min(a, b)}:{max(a, b)}"
        else:
            name = rng.choice(list(ABOUT))
            key, templates, fields = "about:" + name, ABOUT[name][1], None
        if key in seen:
            if len(seen) > 400 or rng.random() < 0.02:
                break
            continue
        seen.add(key)
        pair = rng.sample(templates, 2)
        if fields is not None:
            pair = [capitalise_sentence(text.format(**fields), text) for text in pair]
        out.append([question_vary(rng, text) for text in pair])
    return out


if __name__ == "__main__":
    show = random.Random(1)
    print(len(FACTS), "facts,", len(held_questions()), "held-out questions")
    for make in (short_make, short_make, short_make, short_make, short_make, chat_make, long_make):
        print(make(show))
    print(phrasing_pairs(show, 8))
