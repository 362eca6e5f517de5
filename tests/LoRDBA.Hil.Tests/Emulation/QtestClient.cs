using System.Globalization;
using System.Net.Sockets;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>
/// The socket through which qemu lets a test act on the machine from outside the guest: drive an input of a device, be told of its outputs,
/// read its registers. One request at a time, from any thread; the outputs' changes are told on the reader's thread.
/// </summary>
/// <remarks>The protocol is text: a request is a line, its reply begins with OK or FAIL, and lines with IRQ come in between at any time.</remarks>
internal sealed class QtestClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader reader;
    private readonly Lock requests = new();
    private readonly ManualResetEventSlim replied = new(false, spinCount: 200);
    private string? reply;

    /// <param name="path">The socket that qemu listens on.</param>
    public QtestClient(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        reader = new StreamReader(new NetworkStream(socket));
        new Thread(Read) { IsBackground = true, Name = "qtest" }.Start();
    }

    /// <summary>An output of the intercepted device changed: its number, its level.</summary>
    public event Action<int, bool>? OutputChanged;

    /// <summary>From now on <see cref="OutputChanged"/> tells of this device's outputs.</summary>
    public void InterceptOutputs(string device) => Request($"irq_intercept_out {device}");

    /// <summary>Drives an input of a device.</summary>
    public void SetInput(string device, int line, bool level) => Request($"set_irq_in {device} unnamed-gpio-in {line} {(level ? 1 : 0)}");

    /// <summary>Reads 32 bits of the machine's memory, as its processor would.</summary>
    public uint ReadRegister(ulong address)
    {
        var words = Request($"readl 0x{address:x}").Split(' ');
        return (uint)ulong.Parse(words[1].AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>Writes 32 bits of the machine's memory, as its processor would.</summary>
    public void WriteRegister(ulong address, uint value) => Request($"writel 0x{address:x} 0x{value:x}");

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        replied.Set();
    }

    private string Request(string line)
    {
        lock (requests)
        {
            replied.Reset();
            socket.Send(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
            replied.Wait();
            var text = reply ?? throw new IOException($"qemu has closed its qtest socket; the request was: {line}");
            return text.StartsWith("OK", StringComparison.Ordinal) ? text : throw new IOException($"qemu refuses the request {line}: {text}");
        }
    }

    private void Read()
    {
        try
        {
            while (reader.ReadLine() is { } line)
            {
                var words = line.Split(' ');
                if (words[0] == "IRQ")
                {
                    OutputChanged?.Invoke(int.Parse(words[2], CultureInfo.InvariantCulture), words[1] == "raise");
                    continue;
                }
                reply = line;
                replied.Set();
            }
        }
        catch (IOException)
        {
            // The machine was cut off. Whoever waits for a reply is told below.
        }
        reply = null;
        replied.Set();
    }
}
