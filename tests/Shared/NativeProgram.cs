using System.Diagnostics;

namespace LoRDBA.Tests;

/// <summary>A published NativeAOT program, run as a process of its own: natively, or under qemu as a board's processor.</summary>
internal sealed class NativeProgram
{
    private readonly string program;
    private readonly string[] prefix;

    private NativeProgram(string program, params string[] prefix) => (this.program, this.prefix) = (program, prefix);

    /// <summary>A program for this machine; skips the test, with the way to publish it, where it is not there.</summary>
    /// <param name="path">Below the repository's artifacts/publish.</param>
    /// <param name="publish">The command that makes it.</param>
    public static NativeProgram Here(string path, string publish) => new(Published(path, publish));

    /// <summary>A program for x64 on an emulated processor, such as Haswell, which has AVX2 and no AVX-512.</summary>
    public static NativeProgram X64(string cpu, string path, string publish) => new(Qemu("x86_64"), "-cpu", cpu, Published(path, publish));

    /// <summary>A program for boards, on an emulated processor.</summary>
    /// <param name="cpu">For example <c>cortex-a72</c> (Raspberry Pi 4) or <c>cortex-a76</c> (Raspberry Pi 5, which has dot products).</param>
    /// <param name="path">Below the repository's artifacts/publish.</param>
    /// <param name="publish">The command that makes it.</param>
    public static NativeProgram Arm64(string cpu, string path, string publish)
    {
        var program = Published(path, publish);
        var qemu = Qemu("aarch64");

        // The guest's own libc6:arm64 if it is installed, else the cross libraries; given both, qemu hangs.
        const string CrossLibraries = "/usr/aarch64-linux-gnu";
        if (File.Exists("/lib/ld-linux-aarch64.so.1")) return new(qemu, "-cpu", cpu, program);
        Assert.SkipUnless(Directory.Exists(CrossLibraries), "needs arm64 libraries: apt-get install libc6-dev-arm64-cross");
        return new(qemu, "-cpu", cpu, "-L", CrossLibraries, program);
    }

    /// <summary>The same program where a page of memory has this many bytes; for emulated processors.</summary>
    public NativeProgram WithPages(int bytes) => new(program, ["-p", $"{bytes}", .. prefix]);

    /// <summary>Runs a command line to its end.</summary>
    public async Task<(int ExitCode, string Out, string Error)> Run(params string[] arguments)
    {
        using var process = Process.Start(StartInfo(arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }

    /// <summary>How to start it, with all its streams redirected.</summary>
    public ProcessStartInfo StartInfo(params string[] arguments) =>
        new(program, [.. prefix, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

    private static string Qemu(string machine)
    {
        var qemu = $"/usr/bin/qemu-{machine}-static";
        Assert.SkipUnless(File.Exists(qemu), $"needs {Path.GetFileName(qemu)}: apt-get install qemu-user-static");
        return qemu;
    }

    private static string Published(string path, string publish)
    {
        var full = Path.Combine(SharedFiles.RepositoryRoot, "artifacts", "publish", path);
        Assert.SkipUnless(File.Exists(full), $"needs the native binary: {publish}");
        return full;
    }
}
