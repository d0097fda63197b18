//! Words that every text has, by language, and by them the language of a text.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The languages whose words we know, most spoken in organisations first: of equally likely ones the first is taken.
const LANGUAGES: [&str; 26] = [
    "en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "ru", "uk", "pl", "cs", "tr", "hu", "ro", "el",
    "ar", "he", "id", "zh", "ja", "th", "ko",
];
/// Those of them whose lists are in the library; the others are below.
const LISTED: [&str; 17] =
    ["en", "de", "fr", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "ru", "tr", "hu", "ro", "el", "id"];

/// Everywhere: what is left of addresses, and what people write in every change and every mail.
const ALWAYS: &str = "http https www com org cc bcc re fwd signed-off-by reviewed-by acked-by tested-by lol btw fyi imho eg ie etc \
    via per vs nbsp amp quot";
const ENGLISH: &str = "also would could should may might must cannot shall need needs let lets like just get gets got getting make makes made use \
    uses used using since without within upon however therefore thus whether either neither among another every many much less least own yes ok okay \
    please thanks thank hi hello dear regards first second new one two first add adds added adding support change changes changed update updates \
    updated remove removed removes set way now even still yet already currently instead";
const UKRAINIAN: &str = "і й та в у на з із до що як не це за по від для про але або чи то ж же б би є був була було бути він вона воно вони ми ви я \
    ти його її їх цей ця ці той тому якщо коли де так вже ще щоб при";
const POLISH: &str = "i w z na do że się nie jest to o jak ale po co tak za od przez dla przy bez pod nad czy już tylko jego jej ich ten ta te tego tej \
    tym być był była było są ma może można oraz lub a u ze gdy który która które aby więc także jeszcze bardzo mnie mi my wy";
const CZECH: &str = "a i v na se je to že z s do o k ve pro za po od u ale jak nebo by si ze už jsem jsou byl byla bylo být při tak aby co který která \
    které ten ta tento jeho její jejich jen také když než až tedy není má mají bude protože";
const ARABIC: &str = "في من على إلى عن أن إن هذا هذه التي الذي ما لا كان كانت هو هي مع كل قد لم ثم أو و بعد قبل بين حتى لكن عند غير كما ذلك تلك نحن هم \
    أنا أنت كيف أي لن لقد منذ خلال";
const HEBREW: &str = "של את על לא הוא היא אני זה עם כל גם או אם מה כי אבל יש אין היה הם אנחנו רק עוד כמו בין אל מן לפני אחרי כך זאת אלה הזה שלו שלה";
const CHINESE: &str = "一个 没有 我们 他们 你们 这个 那个 这些 那些 可以 因为 所以 但是 如果 以及 或者 还是 就是 不是 已经 什么 怎么 为什么 自己 这样 这里 那里 \
    进行 对于 关于 通过 其中 其他 而且 虽然 然而 之后 之前 可能 需要 应该 是否 非常 一些 现在 時候 我們 他們 你們 這個 這些 沒有 因為 所以 就是 什麼 這樣";
const JAPANESE: &str = "こと もの ため よう これ それ あれ ここ そこ どこ など です ます した して する いる ある なる から まで より だけ について による における \
    として また および または しかし そして 場合";
const THAI: &str = "ที่ และ ใน การ ของ เป็น ได้ ให้ มี ไม่ จะ ว่า จาก กับ แต่ ก็ หรือ นี้ นั้น โดย ซึ่ง เพื่อ แล้ว อยู่ ต้อง ความ คือ เมื่อ ถ้า ยัง อีก ทำ ไป มา กัน ด้วย \
    คน เรา เขา ผม ฉัน คุณ มาก ทั้ง อาจ ครับ ค่ะ";
const KOREAN: &str = "그리고 그러나 하지만 그래서 때문에 이것 그것 저것 우리 저희 있는 있다 있습니다 없는 없다 하는 한다 합니다 된다 되는 것은 것이 것을 수 및 또는 대한 \
    위한 통해 같은 많은 모든 다른 어떤 매우 너무 정말 지금";

/// A language, by its place among ours; `None` where nothing tells.
pub(super) type Language = Option<usize>;

/// For each word the languages in which it says nothing, a bit for each; every bit for [`ALWAYS`].
static TABLE: LazyLock<HashMap<&'static str, u32>> = LazyLock::new(|| {
    let own = |language: &str| match language {
        "en" => ENGLISH,
        "uk" => UKRAINIAN,
        "pl" => POLISH,
        "cs" => CZECH,
        "ar" => ARABIC,
        "he" => HEBREW,
        "zh" => CHINESE,
        "ja" => JAPANESE,
        "th" => THAI,
        "ko" => KOREAN,
        _ => "",
    };
    let mut table: HashMap<&'static str, u32> = HashMap::new();
    for (bit, language) in LANGUAGES.into_iter().enumerate() {
        let listed: &[&str] = if LISTED.contains(&language) { stop_words::get(language) } else { &[] };
        for word in listed.iter().copied().chain(own(language).split_whitespace()) {
            // What follows an apostrophe is cut off everywhere.
            let word = word.split('\'').next().unwrap_or_default();
            *table.entry(word).or_default() |= 1 << bit;
        }
    }
    for word in ALWAYS.split_whitespace() {
        table.insert(word, u32::MAX);
    }
    table
});

/// The language of a text: the one that is told, or the one most of whose small words it has.
pub(super) fn language<'a>(told: Option<&str>, words: impl Iterator<Item = &'a String>) -> Language {
    if let Some(tag) = told.and_then(|told| told.split(['-', '_']).next()) {
        // Both written forms of Norwegian share a list.
        let tag = if matches!(tag, "nb" | "nn") { "no" } else { tag };
        return LANGUAGES.iter().position(|language| tag.eq_ignore_ascii_case(language));
    }
    let mut votes = [0_u32; LANGUAGES.len()];
    for word in words.take(200) {
        if let Some((bit, vote)) = word.chars().next().and_then(script) {
            votes[bit] += vote;
        }
        let bits = TABLE.get(word.to_lowercase().as_str()).copied().unwrap_or_default();
        if bits != u32::MAX {
            for (bit, vote) in votes.iter_mut().enumerate() {
                *vote += bits >> bit & 1;
            }
        }
    }
    let most = votes.iter().copied().max().filter(|most| *most > 0)?;
    votes.iter().position(|vote| *vote == most)
}

/// What the script of a word says of its language, and how surely: kana are only Japanese, their signs also Chinese.
fn script(c: char) -> Option<(usize, u32)> {
    let (language, vote) = match c {
        '\u{3041}'..='\u{30ff}' => ("ja", 4),
        '\u{3400}'..='\u{9fff}' => ("zh", 1),
        '\u{0e00}'..='\u{0e7f}' => ("th", 1),
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7a3}' => ("ko", 1),
        '\u{0590}'..='\u{05ff}' => ("he", 1),
        _ => return None,
    };
    LANGUAGES.iter().position(|known| *known == language).map(|bit| (bit, vote))
}

/// Whether a word in lower case says nothing in a language. Without one only what says nothing anywhere.
pub(super) fn is_stop_word(word: &str, language: Language) -> bool {
    let bits = TABLE.get(word).copied().unwrap_or_default();
    bits == u32::MAX || language.is_some_and(|language| bits >> language & 1 == 1)
}

/// Whether a language is the one with this tag.
pub(super) fn is(language: Language, tag: &str) -> bool {
    language.is_some_and(|language| LANGUAGES[language] == tag)
}
