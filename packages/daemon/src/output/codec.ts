/** How streams are packed: zstd where Node has it, else gzip. */
import { promisify } from "node:util";
import zlib from "node:zlib";
import { ClaudineError } from "@claudine/protocol";

export type Codec = {
  /** Of the packed file's name. */
  extension: "zst" | "gz";
  pack(bytes: Buffer): Promise<Buffer>;
  unpack(bytes: Buffer): Promise<Buffer>;
};

const HAS_ZSTD = "zstdCompress" in zlib;

export const ZSTD: Codec = {
  extension: "zst",
  pack: (bytes) => promisify(zlib.zstdCompress)(bytes),
  async unpack(bytes) {
    if (!HAS_ZSTD)
      throw new ClaudineError("storage", "Cannot read compressed output: this Node has no zstd", {
        hint: "Run the daemon with Node 24 or newer",
      });
    return promisify(zlib.zstdDecompress)(bytes);
  },
};

export const GZIP: Codec = {
  extension: "gz",
  pack: (bytes) => promisify(zlib.gzip)(bytes),
  unpack: (bytes) => promisify(zlib.gunzip)(bytes),
};

export const CODECS: readonly Codec[] = [ZSTD, GZIP];
/** For what is packed from now on. */
export const BEST_CODEC = HAS_ZSTD ? ZSTD : GZIP;
