// What is printed. Text of others can drive no terminal.

/** The conversation. */
export const show = (text) => process.stdout.write(`${clean(text)}\n`);

/** What the client does. */
export const say = (text) => process.stderr.write(`${clean(text)}\n`);

/** On one line, without what a terminal obeys and what turns the writing direction. */
function clean(text) {
  const line = text.replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "").replace(/[\n\u2028\u2029]/g, " ");
  return line.replace(/\p{Cc}/gu, "\ufffd");
}
