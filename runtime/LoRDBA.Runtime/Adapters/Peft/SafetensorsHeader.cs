using System.Text.Json;
using LoRDBA.Runtime.Blocks;

namespace LoRDBA.Runtime.Adapters.Peft;

/// <summary>Reads the JSON header of a safetensors file and checks that its tensors cover the file.</summary>
/// <remarks>
/// <code>
///   { "__metadata__": { "format": "pt", ... },
///     "NAME": { "dtype": "F16", "shape": [16, 576], "data_offsets": [0, 18432] }, ... }
/// </code>
/// Offsets count from the end of the header.
/// </remarks>
internal ref struct SafetensorsHeader
{
    private readonly string path;
    private readonly long dataOffset;
    private Utf8JsonReader json;

    private SafetensorsHeader(ReadOnlySpan<byte> header, string path, long dataOffset)
    {
        (this.path, this.dataOffset) = (path, dataOffset);
        json = new Utf8JsonReader(header, new JsonReaderOptions { MaxDepth = 3 });
    }

    /// <returns>The tensors in the order of their bytes.</returns>
    /// <exception cref="AdapterException">The header breaks a rule of the format.</exception>
    public static List<SafetensorsTensor> Read(ReadOnlySpan<byte> header, string path, long dataOffset, long fileLength)
    {
        if (header.IsEmpty || header[0] != (byte)'{') throw new AdapterException(AdapterError.BadSafetensorsHeader, path, "header", "it does not begin with a brace.");
        List<SafetensorsTensor> tensors;
        try
        {
            tensors = new SafetensorsHeader(header, path, dataOffset).ReadTensors();
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException)
        {
            throw new AdapterException(AdapterError.BadSafetensorsHeader, path, "header", $"it is not JSON of the expected form. {cause.Message}", cause);
        }

        CheckCover(tensors, path, dataOffset, fileLength);
        return tensors;
    }

    private List<SafetensorsTensor> ReadTensors()
    {
        var tensors = new List<SafetensorsTensor>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        Expect(JsonTokenType.StartObject);
        while (NextProperty(out var name))
        {
            if (!names.Add(name)) throw Error(name, "it is there twice.");
            if (name == "__metadata__") SkipMetadata();
            else tensors.Add(ReadTensor(name));
        }

        json.Read(); // Refuses anything but white space behind the object.
        tensors.Sort((left, right) => (left.Offset, left.ByteLength).CompareTo((right.Offset, right.ByteLength)));
        return tensors;
    }

    private SafetensorsTensor ReadTensor(string name)
    {
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        Expect(JsonTokenType.StartObject);
        while (NextProperty(out var field))
        {
            if (field == "dtype" && dtype is null)
            {
                Expect(JsonTokenType.String);
                dtype = json.GetString();
            }
            else if (field == "shape" && shape is null) shape = ReadIntegers(name);
            else if (field == "data_offsets" && offsets is null) offsets = ReadIntegers(name);
            else throw Error(name, $"the field {field} is unknown or there twice.");
        }

        if (dtype is null || shape is null || offsets is not [var begin, var end]) throw Error(name, "dtype, shape or data_offsets is missing.");
        var format = FormatOf(name, dtype);
        var elements = Int128.One;
        foreach (var dim in shape)
        {
            elements *= dim;
            if (elements > long.MaxValue) throw Error(name, "its shape is absurd.");
        }

        if (end < begin || elements * format.BlockBytes != (Int128)end - begin)
            throw new AdapterException(AdapterError.BadSafetensorsOffsets, path, name, $"{dtype} [{string.Join(", ", shape)}] does not take the bytes {begin} to {end}.");
        return new SafetensorsTensor(name, format, [.. shape], begin, end - begin);
    }

    private readonly BlockFormat FormatOf(string name, string dtype) => dtype switch
    {
        "F32" => BlockFormat.Of(GgmlType.F32),
        "F16" => BlockFormat.Of(GgmlType.F16),
        "BF16" => BlockFormat.Of(GgmlType.BF16),
        _ => throw new AdapterException(AdapterError.UnsupportedTensorType, path, name, $"the type is {dtype}; F32, F16 and BF16 are supported."),
    };

    private List<long> ReadIntegers(string name)
    {
        var values = new List<long>();
        Expect(JsonTokenType.StartArray);
        while (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            if (!json.TryGetInt64(out var value) || value < 0) throw Error(name, "a number is not an integer from 0 to 2^63 - 1.");
            values.Add(value);
        }

        return json.TokenType == JsonTokenType.EndArray ? values : throw Error(name, "an array holds something else than numbers.");
    }

    private void SkipMetadata()
    {
        Expect(JsonTokenType.StartObject);
        while (NextProperty(out _)) Expect(JsonTokenType.String);
    }

    private bool NextProperty(out string name)
    {
        json.Read();
        name = json.TokenType == JsonTokenType.PropertyName ? json.GetString()! : "";
        return json.TokenType == JsonTokenType.PropertyName;
    }

    private void Expect(JsonTokenType type)
    {
        if (!json.Read() || json.TokenType != type) throw Error("header", $"{type} is expected, there is {json.TokenType}.");
    }

    private readonly AdapterException Error(string field, string message) => new(AdapterError.BadSafetensorsHeader, path, field, message);

    // Offsets become absolute here.
    private static void CheckCover(List<SafetensorsTensor> tensors, string path, long dataOffset, long fileLength)
    {
        long covered = 0;
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            if (tensor.Offset != covered)
                throw new AdapterException(AdapterError.BadSafetensorsOffsets, path, tensor.Name, $"it begins at {tensor.Offset} where {covered} is expected: tensors may neither overlap nor leave a gap.");
            covered += tensor.ByteLength;
            tensors[i] = tensor with { Offset = dataOffset + tensor.Offset };
        }

        if (dataOffset + covered != fileLength)
            throw new AdapterException(AdapterError.BadSafetensorsOffsets, path, "file", $"tensors end at byte {dataOffset + covered}, the file at {fileLength}.");
    }
}
