/** All of the protocol; code that must stay without zod imports the single modules. */
export * from "./config.ts";
export * from "./errors.ts";
export * from "./event.ts";
export * from "./host.ts";
export * from "./info.ts";
export * from "./listen.ts";
export * from "./methods.ts";
export * from "./paths.ts";
export * from "./reduce.ts";
export * from "./reduce-schedule.ts";
export * from "./rules.ts";
export * from "./schedule.ts";
export * from "./selector.ts";
export * from "./stats.ts";
export { isFinished, noCounts, STATES } from "./states.ts";
export * from "./task.ts";
export * from "./text.ts";
export * from "./units.ts";
