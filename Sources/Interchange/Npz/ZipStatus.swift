// ZipStatus.swift -- what minizip's numbers mean.

import CMinizip
import TrajectoryModel

/// The error for what minizip returned while it read; the bytes of the archive are then wrong.
func zipReadError(_ status: Int32, _ message: String, file: String, place: String?) -> EngramError {
  switch status {
  case UNZ_CRCERROR: return checksumError(file: file, place: place)
  case Z_DATA_ERROR, Z_BUF_ERROR, Z_STREAM_ERROR, Z_NEED_DICT:
    return EngramError(
      .corrupt, message, file: file, place: place, found: "compressed bytes that break the rules of deflate",
      mend: "copy the file again from its source")
  case UNZ_ERRNO:
    return EngramError(
      .truncated, message, file: file, place: place, found: "an end before the member's end",
      mend: "copy the file again from its source")
  default:
    return EngramError(
      .corrupt, message, file: file, place: place, found: "minizip status \(status)",
      mend: "copy the file again from its source")
  }
}

/// The error for a member whose bytes differ from their checksum.
func checksumError(file: String, place: String?) -> EngramError {
  EngramError(
    .corrupt, "the bytes of a member differ from their checksum", file: file, place: place, expected: "an equal CRC-32",
    mend: "copy the file again from its source")
}
