/** Keys of the flight recorder. */
import type { KeyRow } from "../keys.ts";
import { everywhere } from "./pages.ts";

export const RECORDER_KEYS: readonly KeyRow[] = [
  { action: "play", keys: [","], cap: ",", help: "stop or go on", section: "Flight recorder", pages: everywhere },
  { action: "back-10s", keys: ["left"], cap: "←", help: "10 s back", section: "Flight recorder", pages: everywhere },
  { action: "on-10s", keys: ["right"], cap: "→", help: "10 s on", section: "Flight recorder", pages: everywhere },
  { action: "back-1m", keys: ["["], cap: "[", help: "a minute back", section: "Flight recorder", pages: everywhere },
  { action: "on-1m", keys: ["]"], cap: "]", help: "a minute on", section: "Flight recorder", pages: everywhere },
  { action: "slower", keys: ["<"], cap: "<", help: "half as fast", section: "Flight recorder", pages: everywhere },
  { action: "faster", keys: [">"], cap: ">", help: "twice as fast", section: "Flight recorder", pages: everywhere },
];
