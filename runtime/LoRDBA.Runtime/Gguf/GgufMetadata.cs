using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// The key-value pairs of a GGUF file. A getter returns exactly what its key must hold, or throws a <see cref="GgufException"/>
/// that names the key: a value is never reinterpreted. Spans are views of the file, valid while it is open.
/// </summary>
public sealed unsafe class GgufMetadata
{
    private readonly string file;
    private readonly List<string> keys;
    private readonly Dictionary<string, GgufValue> values;
    private bool isClosed;

    internal GgufMetadata(string file, List<string> keys, Dictionary<string, GgufValue> values)
    {
        this.file = file;
        this.keys = keys;
        this.values = values;
    }

    /// <summary>The keys in file order.</summary>
    public IReadOnlyList<string> Keys => keys;

    /// <summary>Whether the file has this key.</summary>
    public bool Contains(string key) => values.ContainsKey(key);

    /// <summary>The raw value of a key.</summary>
    /// <exception cref="GgufException">The key is absent.</exception>
    /// <exception cref="ObjectDisposedException">The file is closed, and no model or adapter uses it.</exception>
    public GgufValue this[string key] => values.TryGetValue(key, out var value)
        ? value.Of(this)
        : throw new GgufException(GgufError.MissingKey, file, 0, key, "the metadata lacks this key. The file is incomplete or of another kind.");

    /// <summary>The text of a key.</summary>
    /// <exception cref="GgufException">The key is absent, not a string, or not UTF-8.</exception>
    public string GetString(string key)
    {
        var value = Typed(key, GgufValueType.String);
        if (!Utf8.IsValid(value.Text)) throw Error(GgufError.NotUtf8, key, "the text is not UTF-8.");
        return Encoding.UTF8.GetString(value.Text);
    }

    /// <summary>The text of a key that may be absent.</summary>
    /// <exception cref="GgufException">The key is there but not a string, or not UTF-8.</exception>
    public bool TryGetString(string key, [NotNullWhen(true)] out string? text)
    {
        text = Contains(key) ? GetString(key) : null;
        return text is not null;
    }

    /// <summary>A count: any integer type is accepted if the value is from 0 to 2^32 - 1.</summary>
    /// <exception cref="GgufException">The key is absent, no integer, or out of range.</exception>
    public uint GetUInt32(string key)
    {
        var number = GetUInt64(key);
        return number <= uint.MaxValue ? (uint)number : throw Error(GgufError.ValueOutOfRange, key, $"{number} is above {uint.MaxValue}.");
    }

    /// <summary>As <see cref="GetUInt32(string)"/>, or <paramref name="fallback"/> if the key is absent.</summary>
    public uint GetUInt32(string key, uint fallback) => Contains(key) ? GetUInt32(key) : fallback;

    /// <summary>A count: any integer type is accepted if the value is not negative.</summary>
    /// <exception cref="GgufException">The key is absent, no integer, or negative.</exception>
    public ulong GetUInt64(string key)
    {
        var number = GetInteger(key);
        return number >= 0 ? (ulong)number : throw Error(GgufError.ValueOutOfRange, key, $"{number} is negative.");
    }

    /// <summary>An integer of any type and sign.</summary>
    /// <exception cref="GgufException">The key is absent or no integer.</exception>
    internal Int128 GetInteger(string key)
    {
        var value = this[key];
        return value.Type switch
        {
            GgufValueType.UInt8 => value.Read<byte>(),
            GgufValueType.UInt16 => value.Read<ushort>(),
            GgufValueType.UInt32 => value.Read<uint>(),
            GgufValueType.UInt64 => value.Read<ulong>(),
            GgufValueType.Int8 => value.Read<sbyte>(),
            GgufValueType.Int16 => value.Read<short>(),
            GgufValueType.Int32 => value.Read<int>(),
            GgufValueType.Int64 => value.Read<long>(),
            _ => throw Error(GgufError.WrongValueType, key, $"an integer is needed, the file has {Describe(value)}."),
        };
    }

    /// <summary>A 32-bit floating-point number.</summary>
    /// <exception cref="GgufException">The key is absent or of another type.</exception>
    public float GetFloat32(string key) => Typed(key, GgufValueType.Float32).Read<float>();

    /// <summary>As <see cref="GetFloat32(string)"/>, or <paramref name="fallback"/> if the key is absent.</summary>
    public float GetFloat32(string key, float fallback) => Contains(key) ? GetFloat32(key) : fallback;

    /// <summary>A Boolean, or <paramref name="fallback"/> if the key is absent.</summary>
    /// <exception cref="GgufException">The key is there, but of another type.</exception>
    public bool GetBool(string key, bool fallback) => Contains(key) ? Typed(key, GgufValueType.Bool).Read<bool>() : fallback;

    /// <summary>An array of strings, as a view.</summary>
    /// <exception cref="GgufException">The key is absent or of another type.</exception>
    public GgufStringArray GetStringArray(string key)
    {
        var value = TypedArray(key, GgufValueType.String);
        return new(value.Data, value.Count);
    }

    /// <summary>An array of numbers or Booleans, as a view; not aligned to its element size.</summary>
    /// <exception cref="GgufException">The key is absent or of another type.</exception>
    public ReadOnlySpan<T> GetArray<T>(string key) where T : unmanaged
    {
        var value = TypedArray(key, GgufValueTypes.Of<T>());
        return new(value.Data, value.Count);
    }

    /// <summary>A number or Boolean, or an array of them, whatever the type: to be compared, not to be computed with.</summary>
    /// <exception cref="GgufException">The key is absent, or holds text.</exception>
    internal double[] GetNumbers(string key)
    {
        var value = this[key];
        if (value.ElementType == GgufValueType.String) throw Error(GgufError.WrongValueType, key, $"numbers are needed, the file has {Describe(value)}.");
        var numbers = new double[value.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = value.NumberAt(i);
        return numbers;
    }

    /// <summary>The file's bytes are gone.</summary>
    internal void Close() => isClosed = true;

    internal void ThrowIfClosed() => ObjectDisposedException.ThrowIf(isClosed, typeof(GgufFile));

    private GgufValue Typed(string key, GgufValueType type)
    {
        var value = this[key];
        return value.Type == type ? value : throw Error(GgufError.WrongValueType, key, $"{type} is needed, the file has {Describe(value)}.");
    }

    private GgufValue TypedArray(string key, GgufValueType elementType)
    {
        var value = Typed(key, GgufValueType.Array);
        return value.ElementType == elementType
            ? value
            : throw Error(GgufError.WrongValueType, key, $"an array of {elementType} is needed, the file has {Describe(value)}.");
    }

    private GgufException Error(GgufError error, string key, string message) => new(error, file, values[key].Offset, key, message);

    private static string Describe(in GgufValue value) => value.Type == GgufValueType.Array ? $"an array of {value.ElementType}" : value.Type.ToString();
}
