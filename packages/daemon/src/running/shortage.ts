/** What the system refuses for now, for want of descriptors, processes or memory: trying again later helps. */

const SHORT_OF: Readonly<Record<string, string | undefined>> = {
  EMFILE: "file descriptors",
  ENFILE: "file descriptors",
  EAGAIN: "processes",
  ENOMEM: "memory",
};

/** What there is too little of; undefined when the error is another one. */
export function shortageOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? SHORT_OF[String(error.code)] : undefined;
}
