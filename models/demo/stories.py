"""Short stories from a small grammar: the same skeleton, with choices that stay consistent within a story."""

ANIMALS = """fox dog cat bear wolf rabbit owl mouse frog duck horse lion tiger elephant monkey turtle dragon bird fish
hedgehog squirrel goat sheep robot princess king boy girl""".split()
# Girls' and boys' names in turn.
NAMES = "Anna Tom Mia Ben Lena Max Nora Paul Ella Felix Ida Leo Clara Emil Rosa Oskar Lily Hugo Zoe Finn".split()
PLACES = ["a deep forest", "a small village", "an old castle", "a green valley", "a quiet island", "a big city", "a house by the sea",
          "a warm cave", "a garden full of flowers", "a little hut on a hill"]
ADJECTIVES = "little brave old curious kind clever shy happy young gentle".split()
THINGS = ["a golden key", "a small box", "a red ball", "an old book", "a shiny stone", "a silver bell", "a blue feather",
          "a strange map", "a lost letter", "a tiny lamp"]
WEATHERS = ["the sun was shining", "it was raining", "the wind was strong", "snow was falling", "the sky was clear"]
FOODS = "bread soup cake apples berries honey nuts cheese".split()


def story_write(rng, hero):
    """A story about this hero, of two to three hundred tokens."""
    pick = rng.choice
    name = pick(NAMES[0::2] if hero in ("princess", "girl") else NAMES[1::2] if hero in ("king", "boy") else NAMES)
    friend = pick([other for other in NAMES if other != name])
    other = pick([animal for animal in ANIMALS[:23] if animal != hero])
    place, thing, food, weather = pick(PLACES), pick(THINGS), pick(FOODS), pick(WEATHERS)
    bare = thing.split(" ", 1)[1]
    a = "an" if other[0] in "aeiou" else "a"
    return " ".join([
        f"Once upon a time there was a {pick(ADJECTIVES)} {hero} named {name}.",
        f"{name} lived in {place} and was never bored.",
        pick([f"Every morning {name} ate some {food} and looked out of the window.",
              f"Every evening {name} ate some {food} and counted the stars."]),
        f"One day {weather}, and {name} went for a long walk.",
        pick([f"Under a tall tree {name} found {thing}.", f"Behind a big rock {name} found {thing}.",
              f"Near the river {name} found {thing}."]),
        pick([f"\"Who has lost this {bare}?\" asked {name}.", f"\"I wonder whose {bare} this is,\" said {name}."]),
        pick([f"{name} asked the birds, but the birds did not know.", f"{name} asked the trees, but the trees said nothing."]),
        f"Then {a} {other} named {friend} came along the path.",
        pick([f"{friend} looked very sad.", f"{friend} was tired and hungry."]),
        f"\"I have lost my {bare},\" said {friend}, \"and I have looked for it all day.\"",
        pick([f"{name} smiled and gave the {bare} back to {friend}.", f"\"Here it is,\" said {name}, and {friend} jumped for joy."]),
        f"\"Thank you!\" said {friend}. \"You are a good {hero}.\"",
        f"Then they sat down and shared some {food}.",
        pick(["They talked and laughed until the moon came up.", "They sang songs until the stars came out."]),
        f"When it was dark, {name} and {friend} walked home together.",
        pick(["From that day on they met every week.", "From that day on they were never alone."]),
        f"And the {bare} was kept in a safe place for ever.",
        "The end.",
    ])
