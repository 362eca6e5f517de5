using System.Diagnostics.CodeAnalysis;

namespace LoRDBA.Runtime.Blocks;

/// <summary>
/// A way to store numbers in blocks of equal size. The table below names all readable formats. A new format is a
/// file of its own and one row here; the tests that walk <see cref="All"/> cover the row. A row without a quantizer is read only.
/// </summary>
public sealed class BlockFormat
{
    private delegate void Dequantizer(ReadOnlySpan<byte> blocks, Span<float> values);
    private delegate void Quantizer(ReadOnlySpan<float> values, Span<byte> blocks);

    private static readonly BlockFormat[] Table =
    [
        new(GgmlType.F32, F32.Dequantize, F32.Quantize),
        new(GgmlType.F16, F16.Dequantize, F16.Quantize),
        new(GgmlType.BF16, BF16.Dequantize, BF16.Quantize),
        new(GgmlType.Q8_0, Q8_0.Dequantize, Q8_0.Quantize, Q8_0.QuantizeClosest),
        new(GgmlType.Q4_0, Q4_0.Dequantize, Q4_0.Quantize),
        new(GgmlType.Q4_1, Q4_1.Dequantize, Q4_1.Quantize),
        new(GgmlType.Q5_0, Q5_0.Dequantize, null),
        new(GgmlType.Q5_1, Q5_1.Dequantize, null),
        new(GgmlType.IQ4_NL, IQ4_NL.Dequantize, null),
        new(GgmlType.Q2_K, Q2_K.Dequantize, null),
        new(GgmlType.Q3_K, Q3_K.Dequantize, null),
        new(GgmlType.Q4_K, Q4_K.Dequantize, null),
        new(GgmlType.Q5_K, Q5_K.Dequantize, null),
        new(GgmlType.Q6_K, Q6_K.Dequantize, null),
        new(GgmlType.IQ4_XS, IQ4_XS.Dequantize, null),
    ];

    private readonly Dequantizer dequantize;
    private readonly Quantizer? quantize, quantizeClosest;

    private BlockFormat(GgmlType type, Dequantizer dequantize, Quantizer? quantize, Quantizer? quantizeClosest = null)
    {
        if (!BlockSize.TryOf(type, out var size)) throw new InvalidOperationException($"{type} lacks its row in BlockSize.");
        (Type, BlockLength, BlockBytes) = (type, size.Elements, size.Bytes);
        (this.dequantize, this.quantize, this.quantizeClosest) = (dequantize, quantize, quantizeClosest ?? quantize);
    }

    /// <summary>All readable formats.</summary>
    public static IReadOnlyList<BlockFormat> All => Table;

    /// <summary>Number of the format in GGUF.</summary>
    public GgmlType Type { get; }

    /// <summary>The format's usual name, such as <c>Q8_0</c>.</summary>
    public string Name => Type.ToString();

    /// <summary>Numbers in a block.</summary>
    public int BlockLength { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether numbers can be written in this format, not only read.</summary>
    public bool CanQuantize => quantize is not null;

    /// <summary>The format of a type.</summary>
    /// <exception cref="NotSupportedException">Values of this type cannot be read yet.</exception>
    public static BlockFormat Of(GgmlType type) =>
        TryOf(type, out var format)
            ? format
            : throw new NotSupportedException($"{type} is not supported yet. Use {string.Join(", ", All)}.");

    /// <summary>The format of a type, if its values can be read.</summary>
    public static bool TryOf(GgmlType type, [NotNullWhen(true)] out BlockFormat? format)
    {
        format = Array.Find(Table, row => row.Type == type);
        return format is not null;
    }

    /// <summary>Bytes that <paramref name="elements"/> numbers take.</summary>
    /// <exception cref="ArgumentException">They are not a whole number of blocks.</exception>
    public long BytesFor(long elements)
    {
        if (elements < 0 || elements % BlockLength != 0)
            throw new ArgumentException($"{elements} is not a multiple of the {BlockLength} elements of a {Name} block.", nameof(elements));
        return checked(elements / BlockLength * BlockBytes);
    }

    /// <summary>
    /// Reads whole blocks: <paramref name="values"/> has BlockLength numbers for every BlockBytes bytes of <paramref name="blocks"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public void Dequantize(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        CheckLengths(blocks.Length, values.Length);
        dequantize(blocks, values);
    }

    /// <summary>
    /// Writes finite numbers as whole blocks, by ggml's reference rules. A block whose scale exceeds the largest 16-bit number
    /// (65 504) becomes infinite.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    /// <exception cref="NotSupportedException">The format is read only: see <see cref="CanQuantize"/>.</exception>
    public void Quantize(ReadOnlySpan<float> values, Span<byte> blocks) => Quantize(quantize, values, blocks);

    /// <summary>
    /// As <see cref="Quantize(ReadOnlySpan{float}, Span{byte})"/>, but searches for the scales of least error where the format has such a
    /// search: slower, closer.
    /// </summary>
    /// <inheritdoc cref="Quantize(ReadOnlySpan{float}, Span{byte})"/>
    public void QuantizeClosest(ReadOnlySpan<float> values, Span<byte> blocks) => Quantize(quantizeClosest, values, blocks);

    /// <summary>The format's name.</summary>
    public override string ToString() => Name;

    private void Quantize(Quantizer? quantizer, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        if (quantizer is null)
            throw new NotSupportedException($"{Name} is read only. Write {string.Join(", ", All.Where(row => row.CanQuantize))} instead.");
        CheckLengths(blocks.Length, values.Length);
        quantizer(values, blocks);
    }

    private void CheckLengths(int bytes, int elements)
    {
        if (BytesFor(elements) != bytes)
            throw new ArgumentException($"{elements} elements of {Name} take {BytesFor(elements)} bytes, not {bytes}.");
    }
}
