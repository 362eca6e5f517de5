using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace LoRDBA.Runtime.Gguf;

/// <summary>
/// A metadata value as it lies in the file: its type and the place of its bytes. For listing; the typed getters of
/// <see cref="GgufMetadata"/> are for use. Valid while its <see cref="GgufFile"/> is open.
/// </summary>
public readonly unsafe struct GgufValue
{
    /// <summary>How many elements of an array <see cref="ToString"/> shows.</summary>
    private const int ShownElements = 8;

    private readonly byte* data;
    private readonly GgufMetadata? owner;

    internal GgufValue(GgufValueType type, GgufValueType elementType, int count, byte* data, long offset, GgufMetadata? owner = null)
    {
        Type = type;
        ElementType = elementType;
        Count = count;
        this.data = data;
        this.owner = owner;
        Offset = offset;
    }

    /// <summary>The value's type.</summary>
    public GgufValueType Type { get; }

    /// <summary>The type of an array's elements; for anything else the value's own type.</summary>
    public GgufValueType ElementType { get; }

    /// <summary>Elements of an array, bytes of a string; 1 for a number or Boolean.</summary>
    public int Count { get; }

    /// <summary>Where the bytes of the number, the text or the first element begin, counted from the start of the file.</summary>
    public long Offset { get; }

    /// <summary>The same, which knows when the file is closed.</summary>
    internal GgufValue Of(GgufMetadata metadata) => new(Type, ElementType, Count, data, Offset, metadata);

    internal byte* Data
    {
        get
        {
            owner?.ThrowIfClosed();
            return data;
        }
    }

    internal ReadOnlySpan<byte> Text => new(Data, Count);

    /// <summary>The bytes from <see cref="Offset"/> to the value's end; those of an array of strings hold the lengths too.</summary>
    internal ReadOnlySpan<byte> Bytes
    {
        get
        {
            if (Type == GgufValueType.String) return Text;
            if (ElementType != GgufValueType.String) return new(Data, checked(Count * ElementType.Size()));
            var start = Data;
            var end = start;
            foreach (var text in new GgufStringArray(start, Count)) end += sizeof(ulong) + text.Length;
            return new(start, checked((int)(end - start)));
        }
    }

    internal T Read<T>() where T : unmanaged => Unsafe.ReadUnaligned<T>(Data);

    /// <summary>The value for a person: numbers in full, long arrays by their first elements and their length.</summary>
    public override string ToString()
    {
        if (Type == GgufValueType.String) return Encoding.UTF8.GetString(Text);
        return Type == GgufValueType.Array ? ArrayToString() : NumberToString(0);
    }

    private string ArrayToString()
    {
        var shown = new List<string>();
        if (ElementType == GgufValueType.String)
        {
            foreach (var text in new GgufStringArray(Data, Math.Min(Count, ShownElements))) shown.Add($"\"{Encoding.UTF8.GetString(text)}\"");
        }
        else
        {
            for (var i = 0; i < Math.Min(Count, ShownElements); i++) shown.Add(NumberToString(i));
        }
        var rest = Count > ShownElements ? $", ... {Count} in all" : "";
        return $"[{string.Join(", ", shown)}{rest}]";
    }

    /// <summary>An element of an array of numbers or Booleans, or the value itself.</summary>
    internal double NumberAt(int index) => Convert.ToDouble(ElementAt(index), CultureInfo.InvariantCulture);

    private string NumberToString(int index) => ElementAt(index) switch
    {
        bool flag => flag ? "true" : "false",
        var number => ((IFormattable)number).ToString(null, CultureInfo.InvariantCulture),
    };

    private object ElementAt(int index)
    {
        var at = Data + (long)index * ElementType.Size();
        return ElementType switch
        {
            GgufValueType.UInt8 => *at,
            GgufValueType.Int8 => *(sbyte*)at,
            GgufValueType.UInt16 => Unsafe.ReadUnaligned<ushort>(at),
            GgufValueType.Int16 => Unsafe.ReadUnaligned<short>(at),
            GgufValueType.UInt32 => Unsafe.ReadUnaligned<uint>(at),
            GgufValueType.Int32 => Unsafe.ReadUnaligned<int>(at),
            GgufValueType.UInt64 => Unsafe.ReadUnaligned<ulong>(at),
            GgufValueType.Int64 => Unsafe.ReadUnaligned<long>(at),
            GgufValueType.Float32 => Unsafe.ReadUnaligned<float>(at),
            GgufValueType.Float64 => Unsafe.ReadUnaligned<double>(at),
            GgufValueType.Bool => *at != 0,
            _ => throw new InvalidOperationException($"{ElementType} is not a number."),
        };
    }
}
