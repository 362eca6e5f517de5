using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Tool;

/// <summary>Standard input, output and error, also where the caller gave the process none (<c>&gt;&amp;-</c>) or has gone.</summary>
internal static class StandardStreams
{
    private const int Input = 0, Output = 1, Error = 2;
    private const int CloseOnExec = 0x80000; // O_CLOEXEC of Linux

    /// <summary>Standard input; empty where there is none.</summary>
    public static Stream OpenInput() => IsGiven(Input) ? Console.OpenStandardInput() : Stream.Null;

    /// <summary>Standard output.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public static Stream OpenOutput()
    {
        if (!IsGiven(Output)) throw new IOException("Standard output is closed: there is nowhere to write the result.");
        return new ToldStream(OpenReported());
    }

    /// <summary>Standard error; where there is none, nobody can be told anything.</summary>
    public static Stream OpenError() => IsGiven(Error) ? Console.OpenStandardError() : Stream.Null;

    /// <summary>
    /// Whether the process began with this descriptor. Where it did not, the first file that the process itself opened has its number, and is
    /// marked to be closed in child processes, which an inherited one cannot be.
    /// </summary>
    private static bool IsGiven(int descriptor)
    {
        const string Folder = "/proc/self/fdinfo", Flags = "flags:";
        if (!Directory.Exists(Folder)) return true;
        var file = $"{Folder}/{descriptor}";
        if (!File.Exists(file)) return false;
        var flags = File.ReadLines(file).First(line => line.StartsWith(Flags, StringComparison.Ordinal))[Flags.Length..];
        return (Convert.ToInt32(flags.Trim(), 8) & CloseOnExec) == 0;
    }

    /// <summary>Standard output, which tells of a pipe that its reader has gone: the console's own stream takes that for success.</summary>
    private static Stream OpenReported()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected) return Console.OpenStandardOutput();
        var stream = new FileStream(new SafeFileHandle(Output, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        // Only a pipe or a socket: in a file others may write too, and the console's stream writes where the last of them ended.
        return stream.CanSeek ? Console.OpenStandardOutput() : stream;
    }

    /// <summary>Standard output whose errors say what they are about.</summary>
    private sealed class ToldStream(Stream stream) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            try
            {
                stream.Write(buffer);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                throw new IOException(string.Create(CultureInfo.InvariantCulture, $"Standard output cannot be written: {cause.Message}"), cause);
            }
        }

        public override void Flush() => stream.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
