using System.Runtime.InteropServices;

namespace LoRDBA.Outside.Tests;

/// <summary>
/// A file system that has a program, the C library and nothing else: no ICU, no OpenSSL, no zone of time. A program for arm64 has qemu beside
/// it.
/// </summary>
internal sealed class EmptyRoot
{
    private const string Qemu = "/usr/bin/qemu-aarch64-static";
    private const string CrossLibraries = "/usr/aarch64-linux-gnu/lib";

    private readonly string folder;
    private readonly string[] prefix;

    private EmptyRoot(string folder, string[] prefix) => (this.folder, this.prefix) = (folder, prefix);

    /// <summary>Skips the calling test, with the reason, where an empty root for x64 cannot be made.</summary>
    public static async Task RequireX64()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "needs Linux on x64");
        var probe = await Shell.Run("/", [], "unshare", "--user", "--map-root-user", "true");
        Assert.SkipUnless(probe.ExitCode == 0, $"needs a user namespace for an empty root: {probe.Error.Trim()}");
    }

    /// <summary>The same for arm64.</summary>
    public static async Task RequireArm64()
    {
        Assert.SkipUnless(File.Exists(Qemu), "needs qemu-aarch64-static: apt-get install qemu-user-static");
        Assert.SkipUnless(File.Exists($"{CrossLibraries}/libc.so.6"), "needs arm64 libraries: apt-get install libc6-dev-arm64-cross");
        await RequireX64();
    }

    /// <summary>A root with an x64 program, and the files that it is given.</summary>
    public static async Task<EmptyRoot> OfX64(string folder, string program, params IEnumerable<string> files)
    {
        Fill(folder, program, files);
        // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x...)", and the loader by its path alone.
        var libraries = (await Shell.Run(folder, [], "ldd", program)).Success().Split('\n').Select(line => line.Split("=>")[^1].Trim().Split(' ')[0]);
        foreach (var library in libraries.Where(File.Exists)) Copy(library, folder + library);
        return new(folder, []);
    }

    /// <summary>A root with an arm64 program, and the files that it is given.</summary>
    public static EmptyRoot OfArm64(string folder, string cpu, string program, params IEnumerable<string> files)
    {
        Fill(folder, program, files);
        foreach (var library in (string[])["ld-linux-aarch64.so.1", "libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1"])
            Copy($"{CrossLibraries}/{library}", $"{folder}/lib/{library}");
        Copy(Qemu, folder + "/qemu");
        return new(folder, ["/qemu", "-cpu", cpu]);
    }

    /// <summary>Runs the program there; of an argument that is a file only the name counts.</summary>
    public Task<ShellResult> Run(params IEnumerable<string> arguments) => Shell.Run(
        folder, [("LANG", "de_DE.UTF-8")], "unshare",
        ["--user", "--map-root-user", "chroot", folder, .. prefix, "/program", .. arguments.Select(argument => File.Exists(argument) ? "/" + Path.GetFileName(argument) : argument)]);

    private static void Fill(string folder, string program, IEnumerable<string> files)
    {
        Copy(program, folder + "/program");
        foreach (var file in files.Where(File.Exists)) Copy(file, $"{folder}/{Path.GetFileName(file)}");
        foreach (var name in (string[])["proc", "tmp", "dev"]) Directory.CreateDirectory($"{folder}/{name}");
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(File.ResolveLinkTarget(from, returnFinalTarget: true)?.FullName ?? from, to, overwrite: true);
    }
}
