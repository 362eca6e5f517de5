using System.Text;

namespace LoRDBA.Tests;

/// <summary>Writes safetensors files, right or wrong, from the format's description.</summary>
internal static class SafetensorsBuilder
{
    /// <summary>The file of a header and the bytes behind it.</summary>
    public static byte[] File(string header, byte[] data) => GgufBuilder.Bytes((ulong)Encoding.UTF8.GetByteCount(header), Encoding.UTF8.GetBytes(header), data);

    /// <summary>A sound file of F32 tensors.</summary>
    public static byte[] Of(IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
        var data = new List<byte>();
        foreach (var (name, shape, values) in tensors)
        {
            header.Append($",\"{name}\":{{\"dtype\":\"F32\",\"shape\":[{string.Join(",", shape)}],\"data_offsets\":[{data.Count},{data.Count + 4 * values.Length}]}}");
            foreach (var value in values) data.AddRange(BitConverter.GetBytes(value));
        }

        return File(header.Append('}').ToString(), [.. data]);
    }
}
