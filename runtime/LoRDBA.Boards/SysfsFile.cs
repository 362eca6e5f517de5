using System.Buffers.Text;
using Microsoft.Win32.SafeHandles;

namespace LoRDBA.Boards;

/// <summary>An attribute of the kernel that is read again and again: the file stays open, and a read allocates nothing.</summary>
internal sealed class SysfsFile : IDisposable
{
    private const int MaxLength = 256;

    private readonly SafeFileHandle handle;

    private SysfsFile(SafeFileHandle handle) => this.handle = handle;

    /// <summary>Opens a file; null where there is none, or where it may not be read.</summary>
    public static SysfsFile? Open(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return new SysfsFile(File.OpenHandle(path));
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The whole number that the file begins with.</summary>
    public bool TryRead(out long value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        value = 0;
        return TryRead(text, out var length) && Utf8Parser.TryParse(text[..length], out value, out _);
    }

    /// <summary>The hexadecimal number that the file holds, with or without 0x.</summary>
    public bool TryReadHex(out uint value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        value = 0;
        if (!TryRead(text, out var length)) return false;
        ReadOnlySpan<byte> digits = text[..length];
        if (digits.StartsWith("0x"u8)) digits = digits[2..];
        return Utf8Parser.TryParse(digits, out value, out _, 'x');
    }

    /// <summary>The number behind a mark, as in "some avg10=1.25 avg60=...".</summary>
    public bool TryReadAfter(ReadOnlySpan<byte> mark, out double value)
    {
        Span<byte> text = stackalloc byte[MaxLength];
        value = 0;
        if (!TryRead(text, out var length)) return false;
        ReadOnlySpan<byte> found = text[..length];
        var at = found.IndexOf(mark);
        return at >= 0 && Utf8Parser.TryParse(found[(at + mark.Length)..], out value, out _);
    }

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    /// <summary>False where the device does not answer: a sensor that sleeps, a module that was taken out.</summary>
    private bool TryRead(Span<byte> text, out int length)
    {
        try
        {
            length = RandomAccess.Read(handle, text, fileOffset: 0);
            return length > 0;
        }
        catch (IOException)
        {
            length = 0;
            return false;
        }
    }
}
