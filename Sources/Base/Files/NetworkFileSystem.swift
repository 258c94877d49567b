// NetworkFileSystem.swift -- file systems on which locks of one host may mean nothing to another.

import CFileSystem

/// A file system that several hosts share and on which a lock or shared memory of one may mean nothing to another.
package enum NetworkFileSystem: String, Sendable, CaseIterable {
  case nfs = "NFS"
  case smb = "SMB"

  /// The file system of a type as `statfs` gives it, or nil for one that is local or not known.
  package init?(magic: Int) {
    switch magic & 0xffff_ffff {
    case 0x6969: self = .nfs
    case 0x517b, 0xff53_4d42, 0xfe53_4d42: self = .smb
    default: return nil
    }
  }

  /// The file system that holds an open file or directory, or nil when it is local or cannot be told.
  init?(of descriptor: Int32) {
    self.init(magic: Int(truncatingIfNeeded: engram_file_system_type(descriptor)))
  }
}
