using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Examples.HomePanel.Commands;

/// <summary>
/// Makes a terminal a plain wire: bytes go through as they are, nothing is echoed, 115200 baud. Three calls of the C library;
/// System.IO.Ports would be a native file beside the program.
/// </summary>
internal static unsafe partial class SerialLine
{
    private const uint Baud115200 = 0x1002;
    private const int Now = 0;

    // struct termios has 60 bytes on linux-x64 and linux-arm64; only the C library looks inside.
    private const int TermiosLength = 128;

    /// <summary>Whether a file is a terminal.</summary>
    public static bool IsTerminal(SafeFileHandle file) => isatty(file) == 1;

    /// <summary>termios(3): raw mode and 115200 baud in both directions.</summary>
    /// <exception cref="IOException">The terminal refuses.</exception>
    public static void MakeRaw(SafeFileHandle file, string name)
    {
        var termios = stackalloc byte[TermiosLength];
        if (tcgetattr(file, termios) != 0) throw Failure(name);
        cfmakeraw(termios);
        if (cfsetspeed(termios, Baud115200) != 0 || tcsetattr(file, Now, termios) != 0) throw Failure(name);
    }

    private static IOException Failure(string name) =>
        new($"{name}: the terminal cannot be set to 115200 baud and raw mode: {Marshal.GetLastPInvokeErrorMessage()}. Commands:Port must be a serial line or another terminal.");

    [LibraryImport("libc", SetLastError = true)]
    private static partial int isatty(SafeFileHandle file);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcgetattr(SafeFileHandle file, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsetattr(SafeFileHandle file, int when, byte* termios);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int cfsetspeed(byte* termios, uint speed);

    [LibraryImport("libc")]
    private static partial void cfmakeraw(byte* termios);
}
