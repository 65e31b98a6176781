/** The whole screen: hands keys to the store and draws the lines of its scene. */
import { Box, useApp, useInput, usePaste } from "ink";
import { useEffect, useSyncExternalStore, type ReactNode } from "react";
import type { TopStore } from "../store/top-store.ts";
import type { Look } from "../theme.ts";
import { screenLines } from "../view/screen.ts";
import { keyNames } from "./key-name.ts";
import { Lines } from "./lines.tsx";

/** Hands the terminal to somebody else until the promise is kept. */
type Suspend = (until: () => Promise<void>) => Promise<void>;
type Props = { store: TopStore; look: Look; onReady?: (suspend: Suspend) => void };

export function App({ store, look, onReady }: Props): ReactNode {
  const { suspendTerminal } = useApp();
  useEffect(() => onReady?.(suspendTerminal), [onReady, suspendTerminal]);
  const scene = useSyncExternalStore(store.subscribe, store.scene);
  useInput((input, key) => {
    for (const name of keyNames(input, key)) store.press(name);
  });
  usePaste((text) => store.paste(text));
  return (
    <Box flexDirection="column" width={scene.size.columns}>
      <Lines lines={screenLines(scene, look)} look={look} />
    </Box>
  );
}
