/** Ends a test run's output with one line a person or a script can read: `120 passed, 0 failed`. */
import type { Reporter, TestModule } from "vitest/node";

export function closingLine(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const states = modules.flatMap((module) => [...module.children.allTests()].map((test) => test.result().state));
      const passed = states.filter((state) => state === "passed").length;
      const failed = states.filter((state) => state === "failed").length;
      const broken = modules.filter(failedOutsideTests).length + unhandledErrors.length;
      const skipped = states.filter((state) => state === "skipped").length;
      process.stdout.write(`${passed} passed, ${failed + broken} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
    },
  };
}

/** A file that cannot be loaded has no test to blame. */
function failedOutsideTests(module: TestModule): boolean {
  return module.errors().length > 0;
}
