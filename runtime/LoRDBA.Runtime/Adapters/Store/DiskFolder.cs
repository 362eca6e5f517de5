using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Runtime.Adapters.Store;

/// <summary>A folder of the disk. .NET has no call that syncs a folder, so this calls fsync(2) itself, for files as well.</summary>
internal sealed partial class DiskFolder : IStoreFolder
{
    private const string LockName = "lock";

    // What the operating system says of a locked file: EWOULDBLOCK of Linux and of macOS, a sharing violation of Windows.
    private const int LinuxHeld = 11, MacHeld = 35, WindowsHeld = unchecked((int)0x80070020);

    private const int Interrupted = 4; // EINTR, everywhere
    private const int ReadOnly = 0;    // O_RDONLY, everywhere

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10), Pause = TimeSpan.FromMilliseconds(20);

    private DiskFolder(string path) => Path = path;

    /// <inheritdoc/>
    public string Path { get; }

    /// <inheritdoc/>
    public long FreeBytes => new DriveInfo(Path).AvailableFreeSpace;

    /// <summary>A folder that is there.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public static DiskFolder Open(string path) => Directory.Exists(path)
        ? new(System.IO.Path.GetFullPath(path))
        : throw new StoreException(StoreError.NoStore, $"{path}: there is no such folder. Add an adapter, and it is made.");

    /// <summary>A folder that is there, or is made and lies on the storage.</summary>
    public static DiskFolder OpenOrCreate(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (Directory.Exists(path)) return new(path);
        Directory.CreateDirectory(path);
        if (System.IO.Path.GetDirectoryName(path) is { } parent) SyncFolder(parent);
        return new(path);
    }

    /// <inheritdoc/>
    public IDisposable Lock()
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                // .NET locks a file that is not shared (flock), and the system ends the lock with the process, whatever ends that.
                return File.OpenHandle(PathOf(LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException held) when (held.HResult is LinuxHeld or MacHeld or WindowsHeld)
            {
                if (Stopwatch.GetElapsedTime(started) > Patience)
                    throw new StoreException(StoreError.Busy, $"{Path}: another process has been changing the store for {Patience.TotalSeconds:0} seconds. Try again when it is done.", held);
            }
            Thread.Sleep(Pause);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(Path).Select(path => System.IO.Path.GetFileName(path))];

    /// <inheritdoc/>
    public byte[]? Read(string name)
    {
        try
        {
            using var handle = File.OpenHandle(PathOf(name), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            return ReadAll(handle);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public IStoreFile Create(string name) => new DiskFile(File.OpenHandle(PathOf(name), FileMode.Create, FileAccess.ReadWrite, FileShare.None));

    /// <inheritdoc/>
    public void Rename(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    /// <inheritdoc/>
    public void Delete(string name) => File.Delete(PathOf(name));

    /// <inheritdoc/>
    public void Sync() => SyncFolder(Path);

    private string PathOf(string name) => System.IO.Path.Combine(Path, name);

    private static byte[] ReadAll(SafeFileHandle handle)
    {
        var length = RandomAccess.GetLength(handle);
        if (length > Array.MaxLength) throw new IOException($"It has {length} bytes, more than an adapter can have.");
        var bytes = new byte[length];
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(handle, bytes.AsSpan(done), done);
            if (read == 0) throw new IOException($"It has {done} bytes instead of {length}: it became shorter while it was read.");
            done += read;
        }
        return bytes;
    }

    private static void SyncFolder(string path)
    {
        // Windows cannot be asked for it; its file system keeps changed names in a journal.
        if (OperatingSystem.IsWindows()) return;
        using var handle = OpenDescriptor(path, ReadOnly);
        if (handle.IsInvalid) throw LastError(path);
        Sync(handle, path);
    }

    private static void Sync(SafeFileHandle handle, string what)
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }
        while (SyncDescriptor(handle) != 0)
            if (Marshal.GetLastPInvokeError() != Interrupted) throw LastError(what);
    }

    private static IOException LastError(string what) => new($"{what}: it cannot be synced. {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial SafeFileHandle OpenDescriptor(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncDescriptor(SafeFileHandle handle);

    private sealed class DiskFile(SafeFileHandle handle) : IStoreFile
    {
        private long length;

        public void Write(ReadOnlySpan<byte> bytes)
        {
            RandomAccess.Write(handle, bytes, length);
            length += bytes.Length;
        }

        public void Sync() => DiskFolder.Sync(handle, "the file");

        public byte[] ReadBack() => ReadAll(handle);

        public void Dispose() => handle.Dispose();
    }
}
