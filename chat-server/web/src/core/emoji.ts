/** Emoji by the names that people type, the most used first. */
const TABLE =
  "thumbsup 👍|+1 👍|heart ❤️|joy 😂|tada 🎉|smile 😄|eyes 👀|pray 🙏|fire 🔥|rocket 🚀|thumbsdown 👎|-1 👎|" +
  "white_check_mark ✅|check ✅|x ❌|thinking 🤔|cry 😢|sob 😭|clap 👏|100 💯|wave 👋|ok_hand 👌|raised_hands 🙌|" +
  "muscle 💪|sweat_smile 😅|laughing 😆|grin 😁|wink 😉|blush 😊|slightly_smiling 🙂|upside_down 🙃|heart_eyes 😍|" +
  "star_struck 🤩|kiss 😘|yum 😋|sunglasses 😎|nerd 🤓|smirk 😏|neutral 😐|expressionless 😑|roll_eyes 🙄|grimacing 😬|" +
  "relieved 😌|sleeping 😴|mask 😷|dizzy 😵|exploding_head 🤯|cowboy 🤠|partying 🥳|confused 😕|worried 😟|open_mouth 😮|" +
  "flushed 😳|pleading 🥺|scream 😱|weary 😩|yawn 🥱|angry 😠|rage 😡|skull 💀|poop 💩|clown 🤡|ghost 👻|alien 👽|" +
  "robot 🤖|cat 🐱|dog 🐶|fox 🦊|bear 🐻|panda 🐼|unicorn 🦄|bee 🐝|bug 🐛|turtle 🐢|snail 🐌|whale 🐳|penguin 🐧|crab 🦀|" +
  "sun ☀️|moon 🌙|star ⭐|sparkles ✨|zap ⚡|rainbow 🌈|snowflake ❄️|cloud ☁️|umbrella ☔|droplet 💧|tree 🌳|seedling 🌱|" +
  "flower 🌸|rose 🌹|coffee ☕|tea 🍵|beer 🍺|beers 🍻|wine 🍷|pizza 🍕|burger 🍔|cake 🍰|birthday 🎂|cookie 🍪|apple 🍎|" +
  "banana 🍌|lemon 🍋|gift 🎁|balloon 🎈|trophy 🏆|medal 🏅|soccer ⚽|dart 🎯|game 🎮|music 🎵|guitar 🎸|art 🎨|camera 📷|" +
  "phone 📱|computer 💻|keyboard ⌨️|bulb 💡|book 📖|memo 📝|pencil ✏️|pushpin 📌|paperclip 📎|calendar 📅|clock 🕒|" +
  "hourglass ⏳|bell 🔔|lock 🔒|key 🔑|hammer 🔨|wrench 🔧|gear ⚙️|package 📦|mailbox 📫|money 💰|chart 📈|mag 🔍|warning ⚠️|" +
  "question ❓|exclamation ❗|plus ➕|recycle ♻️|ship 🚢|car 🚗|train 🚆|plane ✈️|bike 🚲|house 🏠|globe 🌍|flag 🏁|" +
  "broken_heart 💔|blue_heart 💙|green_heart 💚|yellow_heart 💛|purple_heart 💜|black_heart 🖤|handshake 🤝|point_up ☝️|" +
  "point_right 👉|crossed_fingers 🤞|v ✌️|metal 🤘|facepalm 🤦|shrug 🤷|salute 🫡|melting 🫠|saluting 🫡";

export interface EmojiRow {
  name: string;
  emoji: string;
}

export const EMOJI: readonly EmojiRow[] = TABLE.split("|").map((row) => {
  const space = row.indexOf(" ");
  return { name: row.slice(0, space), emoji: row.slice(space + 1) };
});

/** Those whose name begins with it, then those that hold it; each emoji once. */
export function findEmoji(query: string, most: number): EmojiRow[] {
  const wanted = query.toLowerCase();
  const ranked = [
    ...EMOJI.filter(({ name }) => name.startsWith(wanted)),
    ...EMOJI.filter(({ name }) => !name.startsWith(wanted) && name.includes(wanted)),
  ];
  const seen = new Set<string>();
  return ranked.filter(({ emoji }) => !seen.has(emoji) && seen.add(emoji)).slice(0, most);
}

/** An emoji by its name, with or without colons, or itself. */
export function emojiOf(text: string): string {
  const name = text.trim().replace(/^:|:$/g, "").toLowerCase();
  return EMOJI.find((row) => row.name === name)?.emoji ?? text.trim();
}
