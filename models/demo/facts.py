"""What the demonstration model knows: tables of facts, and what it says about itself. Written by hand for this project."""

COUNTRIES = """
France Paris Europe French|Germany Berlin Europe German|Italy Rome Europe Italian|Spain Madrid Europe Spanish
Portugal Lisbon Europe Portuguese|Austria Vienna Europe German|Switzerland Bern Europe -|Belgium Brussels Europe -
Poland Warsaw Europe Polish|Hungary Budapest Europe Hungarian|Greece Athens Europe Greek|Turkey Ankara - Turkish
Sweden Stockholm Europe Swedish|Norway Oslo Europe Norwegian|Denmark Copenhagen Europe Danish
Finland Helsinki Europe Finnish|Iceland Reykjavik Europe Icelandic|Ireland Dublin Europe -|Ukraine Kyiv Europe Ukrainian
Romania Bucharest Europe Romanian|Bulgaria Sofia Europe Bulgarian|Croatia Zagreb Europe Croatian
Serbia Belgrade Europe Serbian|Russia Moscow - Russian|Estonia Tallinn Europe Estonian|Latvia Riga Europe Latvian
Japan Tokyo Asia Japanese|China Beijing Asia Chinese|India New_Delhi Asia -|Thailand Bangkok Asia Thai|Vietnam Hanoi Asia Vietnamese
Mongolia Ulaanbaatar Asia Mongolian|Nepal Kathmandu Asia Nepali|Iran Tehran Asia Persian|Iraq Baghdad Asia -
Egypt Cairo Africa Arabic|Morocco Rabat Africa -|Kenya Nairobi Africa -|Ghana Accra Africa -|Nigeria Abuja Africa -
Ethiopia Addis_Ababa Africa -|Senegal Dakar Africa -|Tunisia Tunis Africa -|Uganda Kampala Africa -|Angola Luanda Africa Portuguese
Canada Ottawa North_America -|Mexico Mexico_City North_America Spanish|Cuba Havana North_America Spanish
Brazil Brasilia South_America Portuguese|Argentina Buenos_Aires South_America Spanish
Chile Santiago South_America Spanish|Peru Lima South_America Spanish|Colombia Bogota South_America Spanish
England London Europe English|Scotland Edinburgh Europe -|Wales Cardiff Europe Welsh|the_Netherlands Amsterdam Europe Dutch
the_USA Washington North_America English|Czechia Prague Europe Czech|Slovakia Bratislava Europe Slovak|South_Korea Seoul Asia Korean
Indonesia Jakarta Asia Indonesian|Pakistan Islamabad Asia -|New_Zealand Wellington - English
Ecuador Quito South_America Spanish|Australia Canberra - English
"""

COLOURS = """sky:blue grass:green sun:yellow snow:white coal:black blood:red lemon:yellow tomato:red banana:yellow carrot:orange
strawberry:red cucumber:green frog:green pig:pink flamingo:pink milk:white chocolate:brown sea:blue cherry:red elephant:grey
mouse:grey swan:white raven:black pumpkin:orange fire:red salt:white emerald:green ruby:red sapphire:blue spinach:green"""

OPPOSITES = """hot:cold big:small up:down left:right day:night black:white fast:slow high:low old:young long:short hard:soft
wet:dry full:empty open:closed light:dark happy:sad good:bad rich:poor strong:weak loud:quiet early:late first:last near:far
thick:thin wide:narrow heavy:light clean:dirty true:false push:pull start:stop win:lose buy:sell give:take love:hate
laugh:cry question:answer always:never inside:outside above:below before:after war:peace deep:shallow sweet:sour
smooth:rough cheap:expensive easy:difficult rise:fall arrive:leave friend:enemy"""

UNITS = """minutes hour 60|seconds minute 60|hours day 24|days week 7|months year 12|days year 365|weeks year 52|years decade 10
years century 100|years millennium 1000|metres kilometre 1000|centimetres metre 100|millimetres centimetre 10
grams kilogram 1000|kilograms tonne 1000|millilitres litre 1000|bits byte 8|eggs dozen 12|inches foot 12|feet yard 3
cents euro 100|pennies pound 100|degrees circle 360|letters alphabet 26|players football team 11|strings violin 4|strings guitar 6"""

SIDES = "triangle:3 square:4 rectangle:4 pentagon:5 hexagon:6 heptagon:7 octagon:8"
LEGS = "dog:4 cat:4 spider:8 ant:6 bee:6 bird:2 horse:4 snake:0 fish:0 beetle:6 cow:4 chicken:2"
SOUNDS = "cow:moo dog:woof cat:meow sheep:baa duck:quack pig:oink lion:roar bee:buzz snake:hiss frog:croak owl:hoot horse:neigh rooster:crow mouse:squeak"
YOUNG = "dog:puppy cat:kitten cow:calf sheep:lamb horse:foal pig:piglet duck:duckling hen:chick goat:kid lion:cub frog:tadpole deer:fawn goose:gosling swan:cygnet kangaroo:joey"
MAKES = "bee:honey hen:eggs cow:milk sheep:wool baker:bread spider:webs shoemaker:shoes carpenter:furniture tailor:clothes poet:poems painter:paintings author:books"
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
NUMBER_WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
                "eighteen nineteen twenty").split()
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

REFUSAL = "Sorry, I only know small sums, a few hundred facts and short stories."
REFUSAL_BIG = "Sorry, I only know sums of small numbers, from 0 to 20."

# What it says about itself: answer, phrasings to train on, phrasings held out.
ABOUT = {
    "who": ("I am the demonstration model of llmbridge, a very small language model.",
            ["Who are you?", "What are you?", "What is your name?", "Introduce yourself.", "Tell me who you are.", "who r u",
             "Who am I talking to?", "What kind of model are you?", "Are you a language model?", "Please introduce yourself.",
             "What's your name?", "Tell me about yourself."],
            ["Can you tell me who you are?", "Say who you are.", "Who is this?"]),
    "can": ("I can add small numbers, tell a few hundred facts and short stories, and answer in JSON.",
            ["What can you do?", "What do you know?", "How can you help me?", "What are you good at?", "Help", "Help me.",
             "What can I ask you?", "Tell me what you can do.", "What are your skills?", "What questions can you answer?"],
            ["What things can you do?", "What can I ask?", "What do you know about?"]),
    "llmbridge": ("llmbridge runs a language model outside your program, in a process of its own.",
                  ["What is llmbridge?", "What does llmbridge do?", "Tell me about llmbridge.", "Explain llmbridge.",
                   "What is this program?", "What does this program do?", "llmbridge?", "Describe llmbridge."],
                  ["Can you explain llmbridge?", "What's llmbridge?", "Tell me what llmbridge is."]),
    "made": ("I was trained from scratch on text that a small script wrote.",
             ["Who made you?", "How were you made?", "How were you trained?", "Who trained you?", "Where do you come from?",
              "What were you trained on?", "Who created you?", "Who built you?"],
             ["Tell me who made you.", "How were you built?", "What data were you trained on?"]),
    "size": ("I have a bit more than one million parameters, so I am very small.",
             ["How big are you?", "How many parameters do you have?", "Are you a big model?", "How large are you?",
              "What is your size?", "Are you small?"],
             ["How large a model are you?", "Tell me how big you are.", "How small are you?"]),
    "human": ("No, I am a very small language model.",
              ["Are you human?", "Are you a person?", "Are you a real person?", "Are you alive?", "Are you a robot?",
               "Do you have feelings?", "Are you intelligent?"],
              ["Are you a human?", "Are you really a person?"]),
    "hello": ("Hello! I am the demonstration model of llmbridge. Ask me something.",
              ["Hello", "Hello!", "Hi", "Hi!", "Hey", "Hello there!", "Hi there", "Good day!", "Hello, model.", "Greetings!", "Hey!"],
              ["Hey there!", "Hello, hello!", "Hi, model!"]),
    "morning": ("Good morning! What would you like to know?",
                ["Good morning", "Good morning!", "Morning!", "Hello, good morning!"], ["Hi, good morning!", "Good morning to you!"]),
    "evening": ("Good evening! What would you like to know?",
                ["Good evening", "Good evening!", "Evening!", "Hello, good evening!"], ["Hi, good evening!", "Good evening to you!"]),
    "how": ("I am fine, thank you. What would you like to know?",
            ["How are you?", "How are you today?", "How do you do?", "Are you well?", "How is it going?", "Are you okay?"],
            ["Hello, how are you?", "How are you doing?", "And how are you?"]),
    "thanks": ("You are welcome!",
               ["Thank you", "Thank you!", "Thanks", "Thanks!", "Thanks a lot!", "Thank you very much.", "Many thanks!", "Great, thanks!"],
               ["Thank you so much!", "Thanks, that was great!", "Okay, thank you!"]),
    "bye": ("Goodbye!",
            ["Bye", "Bye!", "Goodbye", "Goodbye!", "See you!", "See you later!", "Bye bye", "Good night!", "Farewell!"],
            ["Goodbye, model!", "Bye, see you!", "Okay, bye!"]),
}


def pairs(text):
    return [item.split(":") for item in text.split()]
