"""Questions the model cannot answer, so that it learns to say so: a small grammar to train on, and a list held out."""

TOPICS = """the weather today|football|the president|quantum physics|the stock market|music|the moon landing|dinosaurs|philosophy|politics|
cooking rice|my homework|the meaning of life|computers|history|the universe|love|cars|chess|the news|biology|gravity|the internet|space|
poetry|mathematics|chemistry|medicine|law|art|a movie|vaccines|taxes|the ocean|volcanoes|electricity|democracy|the economy|a rainbow|
the wheel|the telephone|the Roman empire|the first world war|evolution|black holes|atoms|a marathon|photography|religion|robots|
trains|airplanes|bridges|the pyramids|climate change|a good book|the best restaurant|my cat|my computer|this code|an engine|a vacation""".replace("\n", "").split("|")
WAYS = """What is {t}?|Tell me about {t}.|Explain {t}.|Explain {t} to me.|Write an essay about {t}.|What do you think about {t}?|
How does {t} work?|Who invented {t}?|Why is {t} important?|When did {t} begin?|Give me a summary of {t}.|Write a poem about {t}.|
Write a Python function about {t}.|Translate {t} into French.|Who won in {t}?|How old is {t}?|What is the price of {t}?|
Can you help me with {t}?|I need advice on {t}.|How do I learn {t}?|Where can I buy {t}?|Is {t} good?|{t}|{t}?|
Why is {t} {a}?|Why does {t} exist?|How can I fix {t}?|What is the history of {t}?|Who discovered {t}?|Do you like {t}?|
Draw a picture of {t}.|Which book about {t} is best?|What does {t} mean?|When was {t} invented?|Should I buy {t}?|
How far is {t}?|How many people know {t}?|Sing a song about {t}.|Compare {t} and {u}.|What is the difference of {t} and {u}?|
Who is {n}?|Who was {n}?|When was {n} born?|Where does {n} live?|What did {n} say?|Do you know {n}?|Is {n} nice?|
How tall is {n}?|What is the phone number of {n}?|Who wrote {n}?|What happened to {n}?|How do I {v} {t}?|Please {v} {t}.|
Can you {v} {t}?|How long does it take to {v} {t}?|Why should I {v} {t}?|Why is {f} {a}?|Why do people {v}?""".replace("\n", "").split("|")
ADJECTIVES = "blue red green big small hot cold famous expensive important difficult strange beautiful old dangerous round".split()
THINGS = ["the sky", "the sea", "grass", "the sun", "snow", "fire", "a frog", "a cow", "a lion", "ice", "France", "Italy", "Japan"]
VERBS = "build cook fix write translate paint understand summarise explain drive fly sing read repair clean choose learn sleep work travel".split()
PLAIN = """What time is it?|What day is today?|What is the date?|Where am I?|How old am I?|Tell me a joke.|Do my homework.|Write some code.|
I am bored.|I am hungry.|What should I eat?|What should I do?|Are you sure?|Why?|How?|When?|Really?|Say something else.|
What is the news?|Will it rain tomorrow?|Play a game with me.|Guess what I think.|Do you love me?|Open the door.|Call my mother.|
Translate this into German.|What is my age?|How do airplanes fly?|Who is the president?|Turn on the light.|Send an email.""".replace("\n", "").split("|")

HELD = """Why is the sky blue?|Who is the king of England?|What is the meaning of life?|Write a program that sorts a list.|
How do I bake a cake?|What is the weather like in Paris?|Who wrote Hamlet?|Tell me about Albert Einstein.|What is the speed of light?|
How far away is the moon?|Who won the world cup in 1998?|What is the capital of Atlantis?|What is the capital of Narnia?|
What colour is a zebra crossing?|Which language do Martians speak?|Explain how a computer works.|Translate hello into Spanish.|
What is the best phone?|How do I get to the station?|Can you book a flight for me?|Who is the prime minister of Japan?|
Give me a recipe for pancakes.|What is love?|How old is the earth?|What is a neural network?|Write me an email to my boss.|
When was Napoleon born?|What is the square root of two?|How many stars are there?|Where is Mount Everest?|Who painted the Mona Lisa?|
What is the largest animal?|Why do birds sing?|How deep is the ocean?|Recommend a good film.|What is inflation?|
Do you know any jokes?|What happened in 1989?|Fix this bug for me.|How do vaccines work?""".replace("\n", "").split("|")
HELD_BIG = ["What is 123 + 456?", "What's 99 plus 1?", "Compute 250 + 4.", "Tell me what 77 - 12 is.", "Can you add 1000 and 1?",
            "What's 33 times 21?", "Compute 812 - 9.", "How much is the sum of 64 and 64?"]


def word_make(rng):
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") + rng.choice(["", "", "n", "r", "s", "l"])
                   for _ in range(rng.randint(1, 3)))


def unknown_question(rng):
    if rng.random() < 0.1:
        return rng.choice(PLAIN)
    topic = rng.choice(TOPICS) if rng.random() < 0.7 else word_make(rng)
    if rng.random() < 0.15:
        topic += " and " + rng.choice(TOPICS)
    name = word_make(rng).capitalize() + (" " + word_make(rng).capitalize() if rng.random() < 0.5 else "")
    text = rng.choice(WAYS).format(t=topic, u=rng.choice(TOPICS), a=rng.choice(ADJECTIVES), f=rng.choice(THINGS), n=name, v=rng.choice(VERBS))
    return text[:1].upper() + text[1:]
