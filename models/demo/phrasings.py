"""Ways to ask for each kind of fact: those trained on, and those held out to measure with.

A kind has the questions' templates (TRAIN, HELD), the answer's template, and the name the value has in a JSON answer.
{x} is what is asked about, {y} the answer.
"""

KINDS = {
    "capital": dict(answer="The capital of {x} is {y}.", json="capital",
        train=["What is the capital of {x}?", "What's the capital of {x}?", "Which city is the capital of {x}?",
               "Name the capital of {x}.", "Tell me the capital of {x}.", "capital of {x}", "{x}'s capital?",
               "Do you know the capital of {x}?", "What is {x}'s capital city?", "The capital of {x} is",
               "I would like to know the capital of {x}.", "What is the main city of {x}, its capital?", "Capital city of {x}?",
               "Can you name the capital of {x}?"],
        held=["What is the capital city of {x}?", "Could you tell me the capital of {x}?", "Which city is {x}'s capital?"]),
    "country": dict(answer="{x} is the capital of {y}.", json="country",
        train=["{x} is the capital of which country?", "Which country has {x} as its capital?", "In which country is {x}?",
               "What country is {x} in?", "Where is {x}?", "{x} is in which country?", "Name the country whose capital is {x}.",
               "Tell me the country of {x}.", "Of which country is {x} the capital?", "Which country is {x} in?",
               "Do you know where {x} is?"],
        held=["What country has {x} as its capital?", "{x} is the capital of what country?", "Tell me where {x} is."]),
    "continent": dict(answer="{x} is in {y}.", json="continent",
        train=["On which continent is {x}?", "Which continent is {x} on?", "What continent is {x} in?", "{x} is on which continent?",
               "Name the continent of {x}.", "Tell me the continent of {x}.", "continent of {x}", "In which continent does {x} lie?",
               "Do you know the continent of {x}?", "What is the continent of {x}?"],
        held=["{x} lies on which continent?", "What continent does {x} lie on?", "Which continent is {x} in?"]),
    "language": dict(answer="People in {x} speak {y}.", json="language",
        train=["What language is spoken in {x}?", "Which language do people speak in {x}?", "What do people speak in {x}?",
               "language of {x}", "Name the language of {x}.", "What is the language of {x}?", "Which language is spoken in {x}?",
               "Tell me the language of {x}.", "In {x}, which language do they speak?", "What language do they speak in {x}?"],
        held=["What language do people speak in {x}?", "Tell me which language is spoken in {x}.", "Which language do they speak in {x}?"]),
    "colour": dict(answer="The colour of {x} is {y}.", json="colour",
        train=["What colour is {x}?", "What is the colour of {x}?", "Which colour does {x} have?", "Tell me the colour of {x}.",
               "What color is {x}?", "Name the colour of {x}.", "colour of {x}", "The colour of {x} is", "Do you know the colour of {x}?",
               "What is the color of {x}?", "Which colour is {x}?", "{x} has which colour?"],
        held=["What colour does {x} have?", "Can you tell me the colour of {x}?", "Which color is {x}?"]),
    "opposite": dict(answer="The opposite of {x} is {y}.", json="opposite",
        train=["What is the opposite of {x}?", "What's the opposite of {x}?", "Name the opposite of {x}.", "Tell me the opposite of {x}.",
               "opposite of {x}", "The opposite of {x} is", "Which word is the opposite of {x}?", "What is the contrary of {x}?",
               "Give me the opposite of {x}.", "What word means the opposite of {x}?", "Do you know the opposite of {x}?"],
        held=["Which word means the opposite of {x}?", "Can you give me the opposite of {x}?", "What would be the opposite of {x}?"]),
    "after": dict(answer="{y} comes after {x}.", json="after",
        train=["What comes after {x}?", "Which {w} comes after {x}?", "What {w} is after {x}?", "What follows {x}?",
               "Which {w} follows {x}?", "Name the {w} after {x}.", "Tell me the {w} after {x}.", "the {w} after {x}",
               "What is the {w} after {x}?", "Which {w} is next after {x}?", "After {x} comes"],
        held=["Which {w} is after {x}?", "What {w} comes after {x}?", "What {w} follows {x}?"]),
    "before": dict(answer="{y} comes before {x}.", json="before",
        train=["What comes before {x}?", "Which {w} comes before {x}?", "What {w} is before {x}?", "Which {w} is just before {x}?",
               "Name the {w} before {x}.", "Tell me the {w} before {x}.", "the {w} before {x}", "What is the {w} before {x}?",
               "Before {x} comes", "What came before {x}?"],
        held=["Which {w} is before {x}?", "What {w} comes before {x}?", "Which {w} came before {x}?"]),
    "monthdays": dict(answer="{x} has {y} days.", json="days",
        train=["How many days does {x} have?", "How many days are in {x}?", "Number of days in {x}?", "How long is {x} in days?",
               "{x} has how many days?", "Tell me how many days {x} has.", "How many days has {x}?"],
        held=["How many days are there in {x}?", "Tell me how many days are in {x}.", "What is the number of days in {x}?"]),
    "unit": dict(answer="There are {y} {w} in {x}.", json="number",
        train=["How many {w} are in {x}?", "How many {w} does {x} have?", "How many {w} make {x}?", "Number of {w} in {x}?",
               "{x} has how many {w}?", "Tell me how many {w} {x} has.", "{w} in {x}", "How many {w} has {x}?",
               "What number of {w} is in {x}?"],
        held=["How many {w} are there in {x}?", "Tell me how many {w} are in {x}.", "What is the number of {w} in {x}?"]),
    "sides": dict(answer="{x} has {y} sides.", json="sides",
        train=["How many sides does {x} have?", "How many sides has {x}?", "Number of sides of {x}?", "{x} has how many sides?",
               "Tell me how many sides {x} has.", "sides of {x}", "How many corners does {x} have?"],
        held=["How many sides are there in {x}?", "What is the number of sides of {x}?"]),
    "legs": dict(answer="{x} has {y} legs.", json="legs",
        train=["How many legs does {x} have?", "How many legs has {x}?", "Number of legs of {x}?", "{x} has how many legs?",
               "Tell me how many legs {x} has.", "legs of {x}", "On how many legs does {x} walk?"],
        held=["How many legs are there on {x}?", "What is the number of legs of {x}?"]),
    "sound": dict(answer="{x} says {y}.", json="sound",
        train=["What sound does {x} make?", "What does {x} say?", "Which sound does {x} make?", "What noise does {x} make?",
               "sound of {x}", "How does {x} sound?", "Tell me the sound of {x}.", "Tell me what {x} says."],
        held=["What is the sound of {x}?", "Tell me what sound {x} makes.", "Which noise does {x} make?"]),
    "young": dict(answer="A young {x} is called a {y}.", json="young",
        train=["What is a young {x} called?", "What is a baby {x} called?", "What do you call a young {x}?", "What do you call a baby {x}?",
               "Name of a young {x}?", "A baby {x} is called", "Tell me the name of a young {x}.", "How is a young {x} called?"],
        held=["What's a baby {x} called?", "Tell me what a young {x} is called.", "What is the name of a baby {x}?"]),
    "makes": dict(answer="{x} makes {y}.", json="makes",
        train=["What does {x} make?", "What is made by {x}?", "What do we get from {x}?", "Which thing does {x} make?",
               "{x} makes what?", "Tell me what {x} makes.", "What does {x} produce?", "What thing does {x} make?"],
        held=["Do you know what {x} makes?", "What things does {x} make?", "What is produced by {x}?"]),
}

# The other way to ask for the same kind of fact in a later turn.
FOLLOW_UPS = ["And {x}?", "And of {x}?", "What about {x}?", "And what about {x}?", "and {x}", "Now {x}."]

# Put around questions while training, so that politeness changes nothing.
WRAPPERS = ["{q}", "{q}", "{q}", "{q}", "{q}", "{q}", "Please answer: {q}", "Hello! {q}", "Quick question: {q}", "{q} Please.",
            "{q} Thanks!", "Hi, {q}", "A question: {q}", "I have a question. {q}", "Okay. {q}", "Tell me: {q}"]

JSON_WAYS = ["Answer in JSON: {q}", "In JSON: {q}", "{q} Answer in JSON.", "{q} Reply with JSON.", "JSON: {q}", "Give me JSON: {q}",
             "{q} (as JSON)", "Reply in JSON. {q}", "Answer as JSON: {q}", "As JSON: {q}"]
JSON_WAYS_HELD = ["Please answer in JSON: {q}", "{q} Answer as JSON.", "Reply with JSON: {q}"]
JSON_SYSTEMS = ["Answer in JSON.", "Reply in JSON.", "Always answer in JSON.", "Answer only in JSON."]
SYSTEMS = ["You are a helpful assistant.", "Answer briefly.", "You are a small model.", "Be polite.", "You answer questions.",
           "Be short.", "You are the demonstration model of llmbridge."]

# Arithmetic: sign, name of the value in JSON, range, and the ways to ask.
SUMS = {
    "+": dict(json="sum",
        train=["What is {a}+{b}?", "What is {a} + {b}?", "{a}+{b}", "{a} + {b}", "{a}+{b}=", "{a} + {b} =", "What's {a} + {b}?",
               "What is {a} plus {b}?", "How much is {a} plus {b}?", "How much is {a} + {b}?", "How much is {a}+{b}?", "{a} plus {b}",
               "Add {a} and {b}.", "Add {b} to {a}.", "What is the sum of {a} and {b}?", "Sum of {a} and {b}?", "Calculate {a} + {b}.",
               "Calculate {a}+{b}.", "Tell me {a} plus {b}.", "Compute {a} plus {b}.", "{a} and {b} make?", "What do {a} and {b} make?",
               "What is {a} and {b} together?", "I have {a} apples and get {b} more. How many apples do I have?",
               "Anna has {a} books and Tom has {b}. How many books do they have?", "What is the total of {a} and {b}?",
               "Do you know what {a}+{b} is?", "{a}+{b} is", "{a}+{b}?", "{a}+{b}=?", "{a} + {b}?", "What does {a} + {b} make?",
               "What does {a}+{b} equal?", "{a} + {b} equals", "If I add {a} and {b}, what is the sum?"],
        held=["How much is the sum of {a} and {b}?", "Can you add {a} and {b}?", "What's {a} plus {b}?", "Tell me what {a} + {b} is.",
              "What do you get if you add {a} and {b}?", "Compute {a} + {b}.", "I have {a} books and get {b} more. How many books do I have?"]),
    "-": dict(json="difference",
        train=["What is {a}-{b}?", "What is {a} - {b}?", "{a}-{b}", "{a} - {b}", "{a}-{b}=", "What is {a} minus {b}?",
               "How much is {a} minus {b}?", "How much is {a} - {b}?", "Subtract {b} from {a}.", "{a} minus {b}", "Calculate {a} - {b}.",
               "Take {b} away from {a}.", "What is the difference of {a} and {b}?"],
        held=["What's {a} minus {b}?", "Tell me what {a} - {b} is.", "Compute {a} - {b}."]),
    "*": dict(json="product",
        train=["What is {a}*{b}?", "What is {a} * {b}?", "{a}*{b}", "{a} * {b}", "{a} x {b}", "What is {a} x {b}?", "What is {a} times {b}?",
               "How much is {a} times {b}?", "How much is {a} * {b}?", "Multiply {a} by {b}.", "Multiply {a} and {b}.", "{a} times {b}",
               "Calculate {a} * {b}.", "What is the product of {a} and {b}?"],
        held=["What's {a} times {b}?", "Tell me what {a} * {b} is.", "Compute {a} times {b}."]),
}

STORY_WAYS = ["Tell me a story.", "Tell me a story", "Tell a story.", "Please tell me a story.", "Tell me a short story.", "Write a story.",
              "Write me a story.", "Can you tell me a story?", "I want to hear a story.", "story", "A story, please."]
STORY_WAYS_ABOUT = ["Tell me a story about a {x}.", "Tell a story about a {x}.", "Write a story about a {x}.", "A story about a {x}, please.",
                    "Tell me a short story about a {x}.", "Can you tell me a story about a {x}?", "story about a {x}"]
