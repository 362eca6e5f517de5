using System.Runtime.InteropServices;

namespace LoRDBA.Runtime.Memory;

/// <summary>What a path leads to.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>A file that can be replaced by another.</summary>
    Regular,
    /// <summary>A folder.</summary>
    Directory,
    /// <summary>A device, a pipe, a socket, or a link that was not followed: nothing that may be replaced.</summary>
    Other,
}

/// <summary>What a path leads to and whose it is, by statx(2).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Owner">User id of the owner; 0 where the system has none.</param>
/// <param name="Group">Group id of the owner; 0 where the system has none.</param>
internal readonly unsafe partial record struct FileStatus(FileKind Kind, uint Owner, uint Group)
{
    // linux/stat.h: the structure has the same layout on every processor.
    private const int StructBytes = 256, OwnerAt = 20, GroupAt = 24, ModeAt = 28;
    private const uint WantedFields = 0x1f; // type, mode, links, owner, group
    private const int WorkingFolder = -100, NoFollow = 0x100;
    private const int TypeMask = 0xF000, TypeRegular = 0x8000, TypeDirectory = 0x4000;

    /// <summary>Looks at a path. What cannot be looked at counts as nothing: opening it tells why.</summary>
    /// <param name="path">The path.</param>
    /// <param name="followLinks">Whether a link's target is meant, and not the link.</param>
    public static FileStatus Of(string path, bool followLinks = true)
    {
        if (!OperatingSystem.IsLinux()) return new(Directory.Exists(path) ? FileKind.Directory : File.Exists(path) ? FileKind.Regular : FileKind.None, 0, 0);
        var status = stackalloc byte[StructBytes];
        try
        {
            if (Statx(WorkingFolder, path, followLinks ? 0 : NoFollow, WantedFields, status) != 0) return default;
        }
        catch (EntryPointNotFoundException)
        {
            // A C library before 2018: nobody knows what it is, so nothing that exists is replaced.
            return new(Directory.Exists(path) ? FileKind.Directory : File.Exists(path) ? FileKind.Other : FileKind.None, 0, 0);
        }
        var kind = (*(ushort*)(status + ModeAt) & TypeMask) switch
        {
            TypeRegular => FileKind.Regular,
            TypeDirectory => FileKind.Directory,
            _ => FileKind.Other,
        };
        return new(kind, *(uint*)(status + OwnerAt), *(uint*)(status + GroupAt));
    }

    /// <summary>Gives an open file to this owner and group.</summary>
    /// <exception cref="IOException">The system does not allow it.</exception>
    public void GiveTo(SafeHandle file, string path)
    {
        if (OperatingSystem.IsLinux() && ChangeOwner(file, Owner, Group) != 0)
            throw new IOException($"{path} belongs to another user, to whom a new file cannot be given: write to another path, or remove it first.");
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint fields, byte* status);

    [LibraryImport("libc", EntryPoint = "fchown")]
    private static partial int ChangeOwner(SafeHandle file, uint owner, uint group);
}
