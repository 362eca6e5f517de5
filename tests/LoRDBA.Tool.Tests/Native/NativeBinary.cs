using System.Diagnostics;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Native;

/// <summary>A published NativeAOT <c>lordba</c>, run as a process of its own: natively, or under qemu as a board's processor.</summary>
internal sealed class NativeBinary
{
    private readonly string program;
    private readonly string[] prefix;

    private NativeBinary(string program, params string[] prefix) => (this.program, this.prefix) = (program, prefix);

    /// <summary>The binary for this machine.</summary>
    public static NativeBinary X64() => new(Published("linux-x64"));

    /// <summary>The binary for boards, on an emulated processor.</summary>
    /// <param name="cpu">For example <c>cortex-a72</c> (Raspberry Pi 4) or <c>cortex-a76</c> (Raspberry Pi 5, which has dot products).</param>
    public static NativeBinary Arm64(string cpu)
    {
        const string Qemu = "/usr/bin/qemu-aarch64-static";
        var lordba = Published("linux-arm64");
        Assert.SkipUnless(File.Exists(Qemu), "needs qemu-aarch64-static: apt-get install qemu-user-static");

        // The guest's own libc6:arm64 if it is installed, else the cross libraries; given both, qemu hangs.
        const string CrossLibraries = "/usr/aarch64-linux-gnu";
        if (File.Exists("/lib/ld-linux-aarch64.so.1")) return new(Qemu, "-cpu", cpu, lordba);
        Assert.SkipUnless(Directory.Exists(CrossLibraries), "needs arm64 libraries: apt-get install libc6-dev-arm64-cross");
        return new(Qemu, "-cpu", cpu, "-L", CrossLibraries, lordba);
    }

    /// <summary>Runs a command line to its end.</summary>
    public async Task<ToolRun> Run(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new ToolRun(process.ExitCode, await output, await error);
    }

    /// <summary>How to start it, with all its streams redirected.</summary>
    public ProcessStartInfo StartInfo(params string[] arguments) =>
        new(program, [.. prefix, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

    private static string Published(string runtimeIdentifier)
    {
        var path = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "publish", "LoRDBA.Tool", $"release_{runtimeIdentifier}", "lordba");
        Assert.SkipUnless(File.Exists(path), $"needs the native binary: dotnet publish firmware-tools/LoRDBA.Tool -c Release -r {runtimeIdentifier}");
        return path;
    }
}
