/** All verbs, as the bundle that is loaded for every verb but `submit`. */
export { COMMANDS } from "./commands/index.ts";
