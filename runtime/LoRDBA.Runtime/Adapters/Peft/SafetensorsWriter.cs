using System.Text.Json;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>Writes a safetensors file of tensors of one type, in the order in which they were added and without gaps.</summary>
internal sealed class SafetensorsWriter(BlockFormat format)
{
    private const int HeaderAlignment = 8;

    private readonly List<(string Name, long[] Shape, float[] Values)> tensors = [];

    /// <summary>Adds a tensor; its values are kept, not copied, until the file is written.</summary>
    /// <param name="name">Any text.</param>
    /// <param name="shape">Outermost dimension first.</param>
    /// <param name="values">In the order of the shape.</param>
    public void Add(string name, long[] shape, float[] values) => tensors.Add((name, shape, values));

    /// <summary>Writes header and tensors.</summary>
    public void WriteTo(Stream stream)
    {
        var header = Header();
        stream.Write(BitConverter.GetBytes((ulong)header.Length));
        stream.Write(header);
        foreach (var (_, _, values) in tensors)
        {
            var bytes = new byte[format.BytesFor(values.Length)];
            format.Quantize(values, bytes);
            stream.Write(bytes);
        }
    }

    /// <summary>JSON, filled up with spaces so that the tensors are aligned.</summary>
    private byte[] Header()
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            json.WriteStartObject("__metadata__");
            json.WriteString("format", "pt");
            json.WriteEndObject();
            var offset = 0L;
            foreach (var (name, shape, values) in tensors)
            {
                var end = offset + format.BytesFor(values.Length);
                json.WriteStartObject(name);
                json.WriteString("dtype", format.Name);
                WriteArray(json, "shape", shape);
                WriteArray(json, "data_offsets", [offset, end]);
                json.WriteEndObject();
                offset = end;
            }
            json.WriteEndObject();
        }
        while (header.Length % HeaderAlignment != 0) header.WriteByte((byte)' ');
        return header.ToArray();
    }

    private static void WriteArray(Utf8JsonWriter json, string name, ReadOnlySpan<long> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteNumberValue(value);
        json.WriteEndArray();
    }
}
