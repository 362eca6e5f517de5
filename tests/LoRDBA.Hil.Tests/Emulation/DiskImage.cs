using System.Diagnostics;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>The board's disk: an ext4 file system in a file, filled from a folder, kept over power cuts.</summary>
internal static class DiskImage
{
    private const long Size = 128L << 20;

    /// <summary>Makes the image; what it holds belongs to root on the board.</summary>
    public static async Task Create(string path, string folder, CancellationToken cancellation)
    {
        using (var file = new FileStream(path, FileMode.Create)) file.SetLength(Size);
        var start = new ProcessStartInfo("/usr/sbin/mke2fs", ["-q", "-t", "ext4", "-E", "root_owner=0:0", "-d", folder, path]) { RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0) throw new IOException($"mke2fs cannot make the board's disk: {error}");
    }
}
