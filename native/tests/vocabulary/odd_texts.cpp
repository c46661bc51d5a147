#include "tests/vocabulary/odd_texts.hpp"

static std::string repeated(const std::string &text, int count) {
  std::string out;
  for (int i = 0; i < count; i++) out += text;
  return out;
}

std::vector<std::string> odd_texts() {
  return {
      "a",
      " ",
      "\n",
      "\t\t",
      "  leading",
      "trailing  ",
      "\r\n\r\n",
      "a\n\n\nb",
      "\v\f",
      "\x01\x02\x1b[31mred\x7f",
      "\u00a0\u2003\u3000no-break, em and ideographic spaces",
      "\u200b\u200d\ufeff",
      "caf\u00e9 cafe\u0301",
      "\u1100\u1161\u11a8 \uac01 한국어",
      "हिन्दी में वाक्य",
      "ภาษาไทยไม่มีช่องว่าง",
      "မြန်မာ",
      "ﷺ ﬁ ŉ ß ẞ ı İ",
      "שלום \u202eעולם\u202c مرحبا",
      "日本語と中文混排。「引用」",
      "🦙🏽👩‍👩‍👧‍👦🇫🇷🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☺️ ☺︎",
      "\U0001f468\u200d\U0001f4bb\ufe0f",
      "𝕄𝕒𝕥𝕙 𓀀𒀀",
      "\ufffd \ufffe \uffff \U0010ffff",
      "\ue000\uf8ff private",
      "Z̸̢̛̤̭͎̈́͝ä̵̙l̶͕̈g̷̡̈́o̸",
      "don't I'LL we'Ve 'sss",
      "1234567890 3.14159 1,000,000 ٣٤٥ ½ ²",
      "snake_case camelCase kebab-case SCREAMING_CASE",
      "https://example.org/a?b=c&d=%20#e",
      "\\n \\u0041 \\\\",
      "a\u0301\u0301\u0301\u0301\u0301\u0301",
      "<|im_start|>user",
      "</s><s>[INST] <<SYS>>",
      "<0x0A><0xE2>",
      "▁▁▁ Ġ Ċ ##ing",
      "[CLS] [SEP] [MASK] <mask> <unk>",
      "<|endoftext|>",
      "<start_of_turn><bos>",
      repeated("a", 400),
      repeated(" ", 200),
      repeated("\n", 100),
      repeated("é", 150),
      repeated("🦙", 60),
      repeated("ab", 300),
      repeated("日本", 120),
      repeated("-", 257),
      repeated("1", 333),
      repeated("Lorem ipsum dolor sit amet. ", 40),
  };
}
