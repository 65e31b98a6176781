/** `claudine top --plain`: one frame as text, for pipes, pagers and terminals that can do nothing else. */
import type { StorePorts } from "./store/top-store.ts";
import { TopStore } from "./store/top-store.ts";
import type { Look } from "./theme.ts";
import { paint, type Line } from "./view/line.ts";
import { screenLines } from "./view/screen.ts";

/** How long the machine and the reasons are waited for, besides the tasks. */
const PATIENCE_MS = 2000;
/** Of the past there may be nothing to wait for. */
const PAST_PATIENCE_MS = 700;

/** The lines of the frame, without the keys at its foot. */
export async function plainFrame(ports: Omit<StorePorts, "wish">): Promise<string> {
  const { look, first = {} } = ports;
  const store = new TopStore({ ...ports, wish: () => {}, first: { ...first, paneOpen: false } });
  try {
    await complete(store, ports);
    // Nobody moves a cursor on paper.
    return textOf(screenLines({ ...store.scene(), cursorRow: -1 }, look).slice(0, -1), look);
  } finally {
    await store.stop();
  }
}

/** There when the tasks, the machine, what has happened lately and why those in sight wait are known. */
function complete(store: TopStore, { wall, clock, recorder }: Omit<StorePorts, "wish">): Promise<void> {
  return new Promise((resolve) => {
    let isPatient = true;
    const callOff = (wall ?? clock).after(recorder === undefined ? PATIENCE_MS : PAST_PATIENCE_MS, () => {
      isPatient = false;
      look();
    });
    const look = () => {
      const { loaded, connection, host, rows, events } = store.scene();
      const known = rows.every(({ task, waitsFor }) => task.status.state !== "queued" || waitsFor !== null);
      const isComplete = host !== null && (recorder !== undefined || (known && events.length > 0));
      // A frame without the tasks would say that there are none.
      if (isPatient ? !loaded || !isComplete : !loaded && connection.state !== "lost") return;
      callOff();
      resolve();
    };
    store.subscribe(look);
    store.start();
  });
}

function textOf(lines: readonly Line[], look: Look): string {
  const texts = lines.map((one) => paint(one, look).trimEnd());
  const last = texts.findLastIndex((text) => text !== "");
  return texts
    .slice(0, last + 1)
    .map((text) => `${text}\n`)
    .join("");
}
