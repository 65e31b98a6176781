/** Which calls may be sent again when the daemon went away before it answered. */
import type { MethodName } from "@claudine/protocol/methods";

/** True for what only reads or waits. Anything else might be done twice. */
export const REPEATABLE: Readonly<Record<MethodName, boolean>> = {
  "task.submit": false,
  "task.list": true,
  "task.get": true,
  "task.kill": false,
  "task.cancel": false,
  "task.pause": false,
  "task.resume": false,
  "task.hold": false,
  "task.release": false,
  "task.retry": false,
  "task.remove": false,
  "task.clean": false,
  "task.send": false,
  "task.wait": true,
  "log.read": true,
  "group.list": true,
  "group.set": false,
  "event.list": true,
  "event.subscribe": true,
  "event.unsubscribe": true,
  "host.read": true,
  "daemon.status": true,
  "daemon.stop": false,
  "store.backup": false,
  "doctor.run": true,
  "config.get": true,
};
