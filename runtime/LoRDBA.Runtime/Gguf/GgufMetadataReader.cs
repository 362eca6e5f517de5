namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// Reads the metadata section, n_kv times
/// <code>
/// name: u64 length, bytes | type: u32 | value
/// value of an array:  element type: u32 | count: u64 | elements
/// value of a string:  u64 length, bytes            anything else: its 1 to 8 bytes
/// </code>
/// Values are not copied, only walked over once so that every later access is known to be inside the file.
/// </summary>
internal static unsafe class GgufMetadataReader
{
    /// <summary>Length, one byte of name, type, one byte of value.</summary>
    public const ulong MinimumEntryBytes = 8 + 1 + 4 + 1;

    /// <summary>Reads <paramref name="count"/> entries. Lists grow with the entries really read, so a false count costs nothing.</summary>
    public static GgufMetadata Read(ref GgufReader reader, ulong count, string file)
    {
        var keys = new List<string>();
        var values = new Dictionary<string, GgufValue>();
        for (ulong i = 0; i < count; i++)
        {
            reader.Enter("key", i);
            var key = GgufName.Read(ref reader, GgufName.MaxKeyBytes);
            reader.Enter(key);
            if (values.ContainsKey(key)) throw reader.Error(GgufError.DuplicateKey, "name", "the key occurs twice.");
            values.Add(key, ReadValue(ref reader));
            keys.Add(key);
        }
        return new(file, keys, values);
    }

    private static GgufValue ReadValue(ref GgufReader reader)
    {
        var type = ReadType(ref reader, "type");
        return type switch
        {
            GgufValueType.Array => ReadArray(ref reader),
            GgufValueType.String => ReadText(ref reader),
            _ => ReadNumbers(ref reader, type, type, 1),
        };
    }

    private static GgufValue ReadArray(ref GgufReader reader)
    {
        var elementType = ReadType(ref reader, "element type");
        if (elementType == GgufValueType.Array)
            throw reader.Error(GgufError.NestedArray, "element type", "arrays of arrays are not supported; no model format uses them.");

        var minimumBytes = elementType == GgufValueType.String ? sizeof(ulong) : elementType.Size();
        var count = reader.Read<ulong>("count");
        reader.CheckCount(count, (ulong)minimumBytes, GgufError.ArrayTooLong, "count");
        if (elementType != GgufValueType.String) return ReadNumbers(ref reader, GgufValueType.Array, elementType, (int)count);

        var offset = (long)reader.Position;
        var start = reader.Take(0, "value");
        for (ulong i = 0; i < count; i++) reader.ReadString("element");
        return new(GgufValueType.Array, elementType, (int)count, start, offset);
    }

    private static GgufValue ReadNumbers(ref GgufReader reader, GgufValueType type, GgufValueType elementType, int count)
    {
        var offset = (long)reader.Position;
        var start = reader.Take((ulong)count * (ulong)elementType.Size(), "value");
        if (elementType == GgufValueType.Bool && new ReadOnlySpan<byte>(start, count).ContainsAnyExcept((byte)0, (byte)1))
            throw reader.Error(GgufError.BadBool, "value", "a Boolean must be 0 or 1.");
        return new(type, elementType, count, start, offset);
    }

    private static GgufValue ReadText(ref GgufReader reader)
    {
        var text = reader.ReadString("value");
        var offset = (long)reader.Position - text.Length;
        fixed (byte* start = text) return new(GgufValueType.String, GgufValueType.String, text.Length, start, offset); // mapped or pinned anyway
    }

    private static GgufValueType ReadType(ref GgufReader reader, string part)
    {
        var type = (GgufValueType)reader.Read<uint>(part);
        return type <= GgufValueType.Float64 ? type : throw reader.Error(GgufError.UnknownValueType, part, $"{(uint)type} is no metadata type of GGUF.");
    }
}
