/** Spoils frames at random, in ways that a seed repeats. */
import type { Random } from "./crash-random.ts";

/** Put in the place of a value, as text: some of it is nothing that JSON.stringify would write. */
const VALUES = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e308",
  "1e400",
  "-1e400",
  "4294967295",
  "4294967296",
  "9007199254740993",
  '""',
  '"x"',
  '"\\u0000"',
  '"\\ud800"',
  '"NaN"',
  '"__proto__"',
  '"constructor"',
  '"all"',
  '"last"',
  '"1-4294967295"',
  '"0"',
  '"label:"',
  '"SIGKILL"',
  '"KILL"',
  '"queued"',
  "[]",
  "[[]]",
  "[null]",
  '["all"]',
  '["1-9","last:3","failed"]',
  "{}",
  '{"__proto__":{}}',
  '{"constructor":{}}',
  '{"":""}',
];
/** A string (with the colon when it is a key), a number or a word of JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"(?<colon>\s*:)?|-?\d[\d.eE+-]*|\btrue\b|\bfalse\b|\bnull\b/g;

type Place = { text: string; start: number };

function tokens(json: string, which: "keys" | "values"): Place[] {
  return [...json.matchAll(TOKEN)]
    .filter(({ groups }) => (groups?.["colon"] !== undefined) === (which === "keys"))
    .map(({ 0: text, index, groups }) => ({
      text: text.slice(0, text.length - (groups?.["colon"]?.length ?? 0)),
      start: index,
    }));
}

const KEYS = ['"__proto__"', '"constructor"', '"id"', '"selector"', '"tasks"', '"env"', '"x"', '""'];
const BYTES = [0x00, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x5b, 0x5c, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0xc0, 0xff];

type Mutation = (frame: Buffer, random: Random, other: Buffer) => Buffer;

/** Hardly ever JSON afterwards. */
const BYTEWISE: readonly Mutation[] = [
  (frame, random) => {
    const spoiled = Buffer.from(frame);
    for (let count = 1 + random.int(4); count > 0 && frame.length > 0; count -= 1) {
      spoiled[random.int(frame.length)] = random.chance(0.5) ? random.int(256) : (random.pick(BYTES) ?? 0);
    }
    return spoiled;
  },
  (frame, random) => {
    const at = random.int(frame.length + 1);
    const bytes = Buffer.from(Array.from({ length: 1 + random.int(8) }, () => random.pick(BYTES) ?? 0));
    return Buffer.concat([frame.subarray(0, at), bytes, frame.subarray(at)]);
  },
  (frame, random) => frame.subarray(0, random.int(frame.length + 1)),
  (frame, random) => frame.subarray(random.int(frame.length + 1)),
  (frame, random) => {
    const [from, to] = [random.int(frame.length + 1), random.int(frame.length + 1)];
    return Buffer.concat([frame.subarray(0, Math.min(from, to)), frame.subarray(Math.max(from, to))]);
  },
  (frame, random) => {
    const [from, to] = [random.int(frame.length + 1), random.int(frame.length + 1)];
    const piece = frame.subarray(Math.min(from, to), Math.max(from, to));
    return Buffer.concat([frame.subarray(0, to), ...Array<Buffer>(1 + random.int(30)).fill(piece), frame.subarray(to)]);
  },
  (frame, random, other) =>
    Buffer.concat([frame.subarray(0, random.int(frame.length + 1)), other.subarray(random.int(other.length + 1))]),
  (frame, random) => replaceOne(frame, random, { what: "values", by: VALUES, from: 0 }),
  (frame, random) => replaceOne(frame, random, { what: "keys", by: KEYS, from: 0 }),
];

/** JSON as before, and mostly a request, with parameters that are others. */
const BY_MEANING: readonly Mutation[] = [
  (frame, random) => replaceOne(frame, random, { what: "values", by: VALUES, from: paramsOf(frame) }),
  (frame, random) => replaceOne(frame, random, { what: "values", by: VALUES, from: paramsOf(frame) }),
  (frame, random, other) => replaceOne(frame, random, { what: "values", by: valuesOf(other), from: paramsOf(frame) }),
  (frame, random) => replaceOne(frame, random, { what: "keys", by: KEYS, from: paramsOf(frame) }),
  (frame, random) => nest(frame, 1 + random.int(200)),
  (frame, random, other) =>
    inBatch(
      Array(1 + random.int(5))
        .fill([frame, other])
        .flat() as Buffer[],
    ),
];

export function mutate(frames: readonly string[], random: Random): Buffer {
  const one = () => Buffer.from(random.pick(frames) ?? "");
  const mutations = random.chance(0.2) ? BYTEWISE : BY_MEANING;
  let frame: Buffer = one();
  for (let count = random.int(4); count > 0; count -= 1)
    frame = random.pick(mutations)?.(frame, random, one()) ?? frame;
  return frame;
}

function paramsOf(frame: Buffer): number {
  return Math.max(0, frame.indexOf('"params"'));
}

function valuesOf(frame: Buffer): string[] {
  const values = tokens(frame.toString().slice(paramsOf(frame)), "values").map(({ text }) => text);
  return values.length === 0 ? ["null"] : values;
}

type Replacement = { what: "keys" | "values"; by: readonly string[]; from: number };

/** One that begins at byte `from` or later. */
function replaceOne(frame: Buffer, random: Random, { what, by, from }: Replacement): Buffer {
  const [head, json] = [frame.subarray(0, from), frame.subarray(from).toString()];
  const place = random.pick(tokens(json, what));
  return place === undefined
    ? frame
    : Buffer.concat([head, Buffer.from(replace(json, place, random.pick(by) ?? "null"))]);
}

/** Its last value, deep within lists. */
function nest(frame: Buffer, depth: number): Buffer {
  const json = frame.toString();
  const place = tokens(json, "values").at(-1);
  return place === undefined
    ? frame
    : Buffer.from(replace(json, place, "[".repeat(depth) + place.text + "]".repeat(depth)));
}

function replace(json: string, { text, start }: Place, by: string): string {
  return json.slice(0, start) + by + json.slice(start + text.length);
}

function inBatch(frames: readonly Buffer[]): Buffer {
  return Buffer.from(`[${frames.map(String).join()}]`);
}
