/**
 * The shim where perl is missing: frames, records and FIFO lines as shim.pl describes them.
 * It differs where Node cannot do better: CPU and memory totals and the core flag are unknown ("-"), the start line is
 * written just after the command started instead of just before, words that are not UTF-8 are refused, and orphans of
 * tasks go to process 1.
 */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import { constants as os } from "node:os";

const LINE = 256;
const BLOCK = 1024;
const RETRY_MS = 250;
const { O_RDONLY, O_WRONLY, O_RDWR, O_CREAT, O_APPEND, O_NONBLOCK, O_NOCTTY } = fs.constants;
/** Errors that say nothing about the command: trying again later may help. */
const SHORTAGES = new Set(["EAGAIN", "ENOMEM", "EMFILE", "ENFILE"]);

const [fifo, bootId] = process.argv.slice(2);
const runs = new Set();
const unsaved = [];
const notes = [];
let environment = {};
let buffered = Buffer.alloc(0);
let pumping = false;
let retrying = false;

/** For tests (see crash-points.ts): the place to die at, and at which time. */
const [crashAt = "", crashTimes = "1"] = (process.env["CLAUDINE_CRASH_AT"] ?? "").split(":");
let crashesLeft = Number(crashTimes);

function crashPoint(name) {
  if (name === crashAt && --crashesLeft === 0) process.kill(process.pid, "SIGKILL");
}

const attempt = (action) => {
  try {
    return { value: action() };
  } catch (error) {
    return { errno: error.code ?? "EINVAL" };
  }
};

function line(size, ...fields) {
  const text = fields.join(" ");
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text, "latin1")) hash = Math.imul(hash ^ byte, 0x01000193);
  return `${text} ${(hash >>> 0).toString(16).padStart(8, "0")}\n`.padEnd(size);
}

function put(record, at, bytes) {
  const wrote = attempt(() => fs.writeSync(record, bytes, at, "latin1"));
  if (wrote.errno === undefined && wrote.value < bytes.length) return { errno: "ENOSPC" };
  return wrote;
}

/** Opens the FIFO for each line, as it may have been replaced. When nobody listens, the records tell the next daemon. */
function note(...lines) {
  notes.push(...lines);
  if (notes.length > 0) flushNotes();
  retryLater();
}

function flushNotes() {
  const open = attempt(() => fs.openSync(fifo, O_WRONLY | O_NONBLOCK));
  if (open.errno === "ENXIO" || open.errno === "ENOENT") notes.length = 0;
  if (open.errno !== undefined) return;
  while (notes.length > 0 && attempt(() => fs.writeSync(open.value, `${notes[0]}\n`)).errno === undefined)
    notes.shift();
  fs.closeSync(open.value);
}

function save(run, text) {
  crashPoint("before-shim-exit-record");
  if (put(run.record, LINE, text).errno === undefined) {
    crashPoint("after-shim-exit-record");
    note(run.key);
    return close(run);
  }
  unsaved.push([run, text]);
  note(`ended ${run.key} ${text.trimEnd()}`);
}

function close(run) {
  runs.delete(run);
  closeKeep(run);
  fs.closeSync(run.record);
}

function closeKeep(run) {
  if (run.keep !== undefined) fs.closeSync(run.keep);
  run.keep = undefined;
}

function neverRan(run, errno) {
  close(run);
  fs.rmSync(run.path, { force: true });
  note(`nostart ${run.key} ${errno}`);
}

function fail(run, { step, errno, path }) {
  if (SHORTAGES.has(errno)) return neverRan(run, errno);
  const encoded = Buffer.from(path, "utf8")
    .toString("latin1")
    .replace(/[^!-~]|%/g, percent);
  put(run.record, 2 * LINE, line(BLOCK - 2 * LINE, "F", step, errno, `=${encoded.slice(0, 400).replace(/%.?$/, "")}`));
  note(run.key);
  close(run);
}

const percent = (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

function startTicks(pid) {
  if (process.platform !== "linux") return Math.floor(Date.now() / 1000);
  const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** The steps before the command, in the order of shim.pl; each returns a descriptor to hand over. */
function prepare(run, spec) {
  const append = O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY;
  const steps = [
    ["chdir", spec.cwd, () => fs.closeSync(fs.openSync(`${spec.cwd}/.`, O_RDONLY))],
    ["stdin", spec.stdin, () => openInput(run, spec.stdin)],
    ["stdout", spec.stdout, () => fs.openSync(spec.stdout, append, 0o600)],
    ["stderr", spec.stderr, () => fs.openSync(spec.stderr, append, 0o600)],
  ];
  const open = [];
  for (const [step, path, action] of steps) {
    const done = attempt(action);
    if (done.errno !== undefined) return { open, failed: { step, errno: done.errno, path } };
    if (done.value !== undefined) open.push(done.value);
  }
  return { open };
}

/** Holds the writing end of a FIFO: the input ends only when the FIFO is unlinked and SIGHUP says so. */
function openInput(run, path) {
  if (path === "") return fs.openSync("/dev/null", O_RDONLY);
  if (!fs.statSync(path).isFIFO()) return fs.openSync(path, O_RDONLY | O_NOCTTY);
  const both = fs.openSync(path, O_RDWR | O_NONBLOCK);
  try {
    run.keep = fs.openSync(path, O_WRONLY | O_NONBLOCK);
    return fs.openSync(path, O_RDONLY);
  } finally {
    fs.closeSync(both);
  }
}

function start(key, fields) {
  const words = attempt(() =>
    fields.map((field) => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(field)),
  );
  const [cwd, umask, stdout, stderr, path, stdin, n, ...rest] =
    words.value ?? fields.map((field) => field.toString("utf8"));
  crashPoint("before-shim-record-open");
  const record = attempt(() => fs.openSync(path, "wx", 0o600));
  if (record.errno !== undefined) return note(record.errno === "EEXIST" ? key : `nostart ${key} ${record.errno}`);
  crashPoint("after-shim-record-open");
  const run = { key, path, stdin, record: record.value, keep: undefined };
  runs.add(run);
  const block = put(run.record, 0, " ".repeat(BLOCK));
  if (block.errno !== undefined) return neverRan(run, block.errno);
  const argv = rest.slice(Number(n));
  if (words.errno !== undefined) return fail(run, { step: "exec", errno: "EILSEQ", path: argv[0] });
  const { open, failed } = prepare(run, { cwd, stdin, stdout, stderr });
  if (failed === undefined)
    execute(run, { cwd, umask: Number.parseInt(umask, 8), stdio: open, argv, extra: rest.slice(0, Number(n)) });
  else fail(run, failed);
  for (const fd of open) fs.closeSync(fd);
}

function execute(run, { cwd, umask, stdio, argv, extra }) {
  const failed = ({ code = "EINVAL" }) => fail(run, { step: "exec", errno: code, path: argv[0] });
  const variables = { ...environment, ...pairs(extra) };
  const artifacts = run.path.replace(/(\.record)?$/, ".artifacts");
  // Where it cannot be made the command runs all the same.
  if (variables.CLAUDINE_ARTIFACTS === artifacts) attempt(() => fs.mkdirSync(artifacts, 0o700));
  process.umask(umask);
  crashPoint("before-shim-fork");
  try {
    const child = spawn(argv[0], argv.slice(1), {
      cwd,
      stdio,
      env: variables,
      detached: true,
    });
    crashPoint("after-shim-fork");
    crashPoint("before-shim-start-line");
    if (child.pid !== undefined)
      put(run.record, 0, line(LINE, "S", child.pid, startTicks(child.pid), bootId, Date.now()));
    crashPoint("after-shim-start-line");
    child.on("error", failed);
    child.on("exit", (code, signal) => {
      // Unless something is in it.
      attempt(() => fs.rmdirSync(artifacts));
      const how = signal === null ? ["x", code, 0] : ["s", os.signals[signal] ?? 0, "-"];
      save(run, line(LINE, "E", child.pid, ...how, ..."-------", Date.now()));
    });
  } catch (error) {
    failed(error);
  } finally {
    process.umask(0o77);
  }
}

const pairs = (entries) =>
  Object.fromEntries(entries.map((entry) => [entry.slice(0, entry.indexOf("=")), entry.slice(entry.indexOf("=") + 1)]));

/** Takes one complete frame off the buffer. What is no frame ends the input: the next one cannot be found then. */
function takeFrame() {
  const eol = buffered.indexOf(10);
  if (eol < 0) return undefined;
  const header = /^(env|start) (\S+) (\d+)$/.exec(buffered.toString("latin1", 0, eol));
  if (header === null) return void process.stdin.destroy();
  const end = eol + 1 + Number(header[3]);
  if (buffered.length < end) return undefined;
  const fields = split(buffered.subarray(eol + 1, end));
  buffered = buffered.subarray(end);
  return { verb: header[1], key: header[2], fields };
}

/** One frame a turn, so that ends are seen between starts. */
function pump() {
  pumping = false;
  const frame = takeFrame();
  if (frame === undefined) return;
  if (frame.verb === "start") start(frame.key, frame.fields);
  else environment = pairs(frame.fields.map((field) => field.toString("utf8")));
  schedulePump();
}

function schedulePump() {
  if (!pumping) setImmediate(pump);
  pumping = true;
}

function split(payload) {
  const fields = [];
  for (let at = 0, nul; at <= payload.length && payload.length > 0; at = nul + 1) {
    nul = payload.indexOf(0, at);
    if (nul < 0) nul = payload.length;
    fields.push(payload.subarray(at, nul));
  }
  return fields;
}

/** Signals but SIGKILL do not end a shim that has children. */
function onSignals() {
  for (const name of ["SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM"]) process.on(name, () => {});
  process.on("SIGTERM", () => {
    if (runs.size === 0) process.exit(0);
  });
  process.on("SIGHUP", () => {
    for (const run of runs) if (run.keep !== undefined && !fs.existsSync(run.stdin)) closeKeep(run);
  });
}

/** While the disk or the FIFO refuses something, this timer also keeps the shim from ending. */
function retryLater() {
  if (retrying || (unsaved.length === 0 && notes.length === 0)) return;
  retrying = true;
  setTimeout(() => {
    retrying = false;
    for (const [run, text] of unsaved.splice(0)) save(run, text);
    note();
  }, RETRY_MS);
}

/** LMDB leaves the store's file open over an exec: neither the shim nor a task has any business with it. */
function closeInherited() {
  const folder = process.platform === "linux" ? "/proc/self/fd" : "/dev/fd";
  for (const fd of fs.readdirSync(folder).map(Number))
    if (fd > 2 && attempt(() => fs.fstatSync(fd).isFile()).value === true) attempt(() => fs.closeSync(fd));
}

process.title = "claudine-shim";
closeInherited();
process.chdir("/");
process.umask(0o77);
onSignals();
process.stdin.on("data", (chunk) => {
  buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
  schedulePump();
});
process.stdin.on("error", () => {});
