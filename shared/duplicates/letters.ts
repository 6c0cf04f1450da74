/**
 * Names as Latin letters, so that one person or organisation is known again in another script: `张安怡` and `Zhang Anyi`,
 * `Мария Иванова` and `Maria Ivanova`. Rough on purpose: it is for comparing and is never shown. Source: docs/spec/duplicates.md.
 */

/**
 * First common character of each Mandarin syllable, in the order in which `Intl.Collator` sorts by pinyin. Made from
 * the 6,763 characters of GB 2312, of which all but one in a thousand get the syllable that `any-ascii` 0.3.3 (ISC) gives them.
 */
// prettier-ignore
const syllables =
  "a吖ai哎an安ang肮ao凹ba八bai掰ban扳bang邦bao勹bei卑ben奔beng崩bi逼bian边biao灬bie憋bin玢bing冫bo拨bu逋ca嚓cai猜can参cang仓cao操ce册cen岑ceng噌cha叉chai拆chan觇chang伥chao抄che车chen抻cheng柽chi吃chong充chou抽chu出chuai揣chuan巛chuang疮chui吹chun春chuo踔ci呲cong匆cou凑cu粗cuan汆cui崔cun村cuo搓da哒dai呆dan丹dang当dao刀de得deng灯di氐dia嗲dian掂diao刁die爹ding丁diu丢dong东dou都du嘟duan端dui堆dun吨duo多e婀ei诶en恩er儿fa发fan帆fang匚fei飞fen分feng丰fou缶fu夫ga旮gai该gan甘gang冈gao皋ge戈gei给gen根geng庚gong工gou勾gu估gua瓜guai乖guan关guang光gui归gun丨guo呙ha哈hai咳han顸hang夯hao蒿he诃hei黑hen痕heng亨hong轰hou侯hu乎hua花huai怀huan欢huang肓hui灰hun昏huo耠ji丌jia加jian戋jiang江jiao艽jie阶jin巾jing京jiong冂jiu纠ju居juan娟jue噘jun军ka咔kai开kan刊kang康kao尻ke苛ken肯keng吭kong空kou抠ku刳kua夸kuai蒯kuan宽kuang匡kui亏kun坤kuo扩la垃lai来lan兰lang啷lao捞le仂lei勒leng塄li哩lia俩lian奁liang良liao撩lie咧lin拎ling伶liu溜long龙lou娄lu噜luan娈lue掠lun抡luo罗ma妈mai埋man颟mang邙mao猫me么mei没men门meng虻mi咪mian宀miao喵mie乜min民ming名miu谬mo摸mou哞mu毪na拿nai乃nan囡nang囔nao孬ne疒nei馁nen恁neng能ng嗯ni妮nian拈niang娘niao鸟nie捏nin您ning宁niu妞nong农nou耨nu奴nuan暖nue疟nuo挪o喔ou讴pa趴pai拍pan潘pang乓pao抛pei呸pen喷peng怦pi丕pian偏piao剽pie氕pin姘ping乒po钋pou剖pu仆qi七qia掐qian千qiang呛qiao悄qie且qin亲qing青qiong邛qiu丘qu区quan悛que炔qun逡ran蚺rang禳rao娆re惹ren人reng扔ri日rong戎rou柔ru如ruan阮rui蕤run闰ruo若sa仨sai塞san三sang桑sao搔se色sen森seng僧sha杀shai筛shan山shang伤shao捎she奢shei谁shen申sheng升shi尸shou收shu书shua刷shuai衰shuan闩shuang双shui水shun吮shuo说si厶song忪sou嗖su苏suan狻sui虽sun孙suo唆ta他tai胎tan坍tang汤tao涛te忑teng疼ti剔tian天tiao佻tie帖ting厅tong通tou偷tu凸tuan湍tui推tun吞tuo乇wa挖wai歪wan弯wang尢wei危wen温weng翁wo挝wu乌xi夕xia呷xian仙xiang乡xiao枭xie些xin心xing星xiong凶xiu休xu吁xuan轩xue削xun勋ya丫yan恹yang央yao幺ye掖yi一yin因ying应yo哟yong佣you优yu纡yuan鸢yue曰yun晕za匝zai灾zan糌zang赃zao遭ze则zei贼zen怎zeng增zha扎zhai斋zhan沾zhang张zhao钊zhe蜇zhen贞zheng争zhi之zhong中zhou州zhu朱zhua抓zhuai拽zhuan专zhuang妆zhui隹zhun肫zhuo拙zi孜zong宗zou邹zu租zuan钻zui嘴zun尊zuo嘬";
const first: string[] = [];
const said: string[] = [];
for (const [, syllable = "", character = ""] of syllables.matchAll(/([a-z]+)(\P{ASCII})/gu)) {
  first.push(character);
  said.push(syllable);
}
const byPinyin = new Intl.Collator("zh-u-co-pinyin");
const heard = new Map<string, string>();

function pinyin(character: string): string {
  const known = heard.get(character);
  if (known !== undefined) return known;
  let [low, high] = [0, first.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (byPinyin.compare(first[middle] ?? "", character) <= 0) low = middle;
    else high = middle - 1;
  }
  const found = said[low] ?? "";
  heard.set(character, found);
  return found;
}

/** Letters of other alphabets: runs of one character and what it sounds like, `-` for nothing. */
const table = (text: string): [string, string][] =>
  text.split(" ").map((pair) => [[...pair][0] ?? "", [...pair].slice(1).join("").replace("-", "")]);
// prettier-ignore
const letters = new Map<string, string>([
  ...table("ßss øo đd ðd łl æae œoe þth ıi ŋn ħh ĸk"),
  ...table("аa бb вv гg дd еe жzh зz иi йi кk лl мm нn оo пp рr сs тt уu фf хkh цts чch шsh щshch ъ- ыy ьэ эe юyu яya іi їi єe ґg ўu ћc ђd јj љl њn џd"),
  ...table("αa βv γg δd εe ζz ηi θth ιi κk λl μm νn ξx οo πp ρr σs ςs τt υu φf χch ψps ωo"),
  ...table("اa أa إi آa ءa ئi ؤu بb تt ثth جj حh خkh دd ذdh رr زz سs شsh صs ضd طt ظz ع- غgh فf قq كk کk لl مm نn هh ةa وw يi یi ىa پp چch ژzh گg"),
  ...table("אa בb גg דd הh וv זz חh טt יy כk ךk לl מm םm נn ןn סs ע- פp ףp צts ץts קk רr שsh תt"),
  ...table("あa いi うu えe おo かka きki くku けke こko がga ぎgi ぐgu げge ごgo さsa しshi すsu せse そso ざza じji ずzu ぜze ぞzo たta ちchi つtsu てte とto だda ぢji づzu でde どdo なna にni ぬnu ねne のno はha ひhi ふfu へhe ほho ばba びbi ぶbu べbe ぼbo ぱpa ぴpi ぷpu ぺpe ぽpo まma みmi むmu めme もmo やya ゆyu よyo らra りri るru れre ろro わwa をo んn ぁa ぃi ぅu ぇe ぉo ゃya ゅyu ょyo っ- ー- ゔvu"),
]);
const leads = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"];
const vowels = ["a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"]; // prettier-ignore
const tails = ["", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"]; // prettier-ignore
function hangul(code: number): string {
  const at = code - 0xac00;
  return `${leads[Math.floor(at / 588)] ?? ""}${vowels[Math.floor((at % 588) / 28)] ?? ""}${tails[at % 28] ?? ""}`;
}

const han = /\p{Script=Han}/u;
const syllabic = /\p{Script=Hangul}/u;
/** Family names of two characters; all others are of one. */
const twoLong = new Set(
  "欧阳 司马 诸葛 上官 皇甫 尉迟 公孙 慕容 令狐 司徒 夏侯 端木 东方 独孤 南宫 宇文 長谷 安藤".split(" "),
);
const titles = /[·・＝=、،,.()]/gu;

/** Words of a text in Latin letters, lower case, without marks. Han characters that stand together are one name: family and given. */
export function words(text: string): string[] {
  const plain = text.normalize("NFKC").replace(titles, " ").toLowerCase();
  return plain.split(/[^\p{L}\p{M}\p{N}'’-]+/gu).flatMap((word) => (word === "" ? [] : split(word)));
}
function split(word: string): string[] {
  const characters = [...word];
  if (
    characters.length > 1 &&
    characters.length < 5 &&
    [han, syllabic].some((script) => characters.every((one) => script.test(one)))
  ) {
    const at = twoLong.has(characters.slice(0, 2).join("")) && characters.length > 2 ? 2 : 1;
    return [latin(characters.slice(0, at).join("")), latin(characters.slice(at).join(""))];
  }
  const said = latin(word);
  return said === "" ? [] : [said];
}
/** One word in Latin letters and digits alone. */
function latin(word: string): string {
  let out = "";
  for (const one of word.normalize("NFC").replace(/ου/g, "υ").replace(/ия/g, "иа").replace(/[иы]й/g, "и")) {
    const code = one.codePointAt(0) ?? 0;
    if (code < 0x80) out += one;
    else if (code >= 0xac00 && code <= 0xd7a3) out += hangul(code);
    else if (han.test(one)) out += pinyin(one);
    else if (code >= 0x30a1 && code <= 0x30f6) out += letters.get(String.fromCodePoint(code - 0x60)) ?? "";
    else out += letters.get(one) ?? bare(one);
  }
  return out.replace(/[^a-z0-9]/g, "").replace(/([aou])e/g, "$1"); // Mueller is Müller
}
/** The letter under its marks. */
const bare = (letter: string): string =>
  [...letter.normalize("NFKD").replace(/\p{M}/gu, "")].map((one) => letters.get(one) ?? one).join("");

/** A word by its consonants, those that are taken for one another alike: what spelling leaves of a sound. */
export function sound(word: string): string {
  const plain = word
    .replace(/ph/g, "f")
    .replace(/ck|q|c(?![ehiy])/g, "k")
    .replace(/sch|sh|ch|tz|zh/g, "s")
    .replace(/c|z|x/g, "s")
    .replace(/[dt]h?/g, "t")
    .replace(/[vw]/g, "f")
    .replace(/gh(?=$|t)/g, "")
    .replace(/[gj]/g, "k")
    .replace(/b/g, "p")
    .replace(/n/g, "m");
  return (plain.slice(0, 1).replace(/[aeiouy]/, "a") + plain.slice(1).replace(/[aeiouyh]/g, "")).replace(/(.)\1+/g, "$1"); // prettier-ignore
}
