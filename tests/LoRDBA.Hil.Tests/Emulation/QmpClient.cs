using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace LoRDBA.Hil.Tests.Emulation;

/// <summary>qemu's monitor, in its JSON form.</summary>
internal sealed class QmpClient : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader reader;

    /// <param name="path">The socket that qemu listens on.</param>
    public QmpClient(string path)
    {
        socket.Connect(new UnixDomainSocketEndPoint(path));
        reader = new StreamReader(new NetworkStream(socket));
        reader.ReadLine();                                       // the greeting
        Execute("qmp_capabilities");
    }

    /// <summary>The path of the machine's device of this type, as qtest wants it.</summary>
    public string FindDevice(string type)
    {
        const string Folder = "/machine/unattached";
        foreach (var entry in Execute("qom-list", new JsonObject { ["path"] = Folder })!.AsArray())
            if ((string?)entry!["type"] == $"child<{type}>") return $"{Folder}/{entry["name"]}";
        throw new IOException($"the machine has no device of the type {type}");
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private JsonNode? Execute(string command, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null) request["arguments"] = arguments;
        socket.Send(System.Text.Encoding.UTF8.GetBytes(request.ToJsonString() + "\n"));
        while (reader.ReadLine() is { } line)
        {
            var answer = JsonNode.Parse(line)!;
            if (answer["error"] is { } error) throw new IOException($"qemu's monitor refuses {command}: {error["desc"]}");
            if (answer.AsObject().ContainsKey("return")) return answer["return"];
        }
        throw new IOException($"qemu has closed its monitor; the command was: {command}");
    }
}
