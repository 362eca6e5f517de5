using System.Diagnostics;
using LoRDBA.Tests;

namespace LoRDBA.Tool.Tests.Native;

/// <summary>The published <c>lordba</c>: natively, or under qemu as a board's processor.</summary>
internal sealed class NativeBinary
{
    private readonly NativeProgram program;

    private NativeBinary(NativeProgram program) => this.program = program;

    /// <summary>The binary for this machine.</summary>
    public static NativeBinary X64() => new(NativeProgram.Here(Path("linux-x64"), Publish("linux-x64")));

    /// <summary>The binary for boards, on an emulated processor.</summary>
    public static NativeBinary Arm64(string cpu) => new(NativeProgram.Arm64(cpu, Path("linux-arm64"), Publish("linux-arm64")));

    /// <summary>Runs a command line to its end.</summary>
    public async Task<ToolRun> Run(params string[] arguments)
    {
        var (exitCode, output, error) = await program.Run(arguments);
        return new ToolRun(exitCode, output, error);
    }

    /// <summary>How to start it, with all its streams redirected.</summary>
    public ProcessStartInfo StartInfo(params string[] arguments) => program.StartInfo(arguments);

    private static string Path(string runtimeIdentifier) => $"LoRDBA.Tool/release_{runtimeIdentifier}/lordba";

    private static string Publish(string runtimeIdentifier) => $"dotnet publish firmware-tools/LoRDBA.Tool -c Release -r {runtimeIdentifier}";
}
