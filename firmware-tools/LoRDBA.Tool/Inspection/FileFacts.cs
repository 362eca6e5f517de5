using LoRDBA.Runtime.Blocks;
using LoRDBA.Runtime.Gguf;

namespace LoRDBA.Tool.Inspection;

/// <summary>What <c>inspect</c> says about a file; also its JSON. What does not apply or is not known is left out.</summary>
/// <param name="Kind"><c>model</c>, <c>lordba</c> (signs), <c>lora</c> (directory of PEFT or mlx-lm, or GGUF LoRA) or <c>gguf</c> (any other GGUF file).</param>
/// <param name="Path">The file or directory.</param>
/// <param name="Bytes">Its size; of a directory, the size of the adapter's files.</param>
internal sealed record FileFacts(string Kind, string Path, long Bytes)
{
    /// <summary>Of a directory: <c>peft</c>, <c>mlx</c> or <c>lordba_qat_dbf</c>.</summary>
    public string? Form { get; init; }

    /// <summary>GGUF version.</summary>
    public uint? GgufVersion { get; init; }

    /// <summary>The model's architecture, for an adapter its base's.</summary>
    public string? Architecture { get; init; }

    /// <summary>The name in the file.</summary>
    public string? Name { get; init; }

    /// <summary>The licence in the file, as it says it.</summary>
    public string? License { get; init; }

    /// <summary>Sum of the elements of all tensors of a model.</summary>
    public long? Parameters { get; init; }

    /// <summary>Block formats, that with the most bytes first.</summary>
    public IReadOnlyList<TypeShare>? Types { get; init; }

    /// <summary>The metadata of the architecture (<c>llama.block_count</c> and so on) as text.</summary>
    public IReadOnlyDictionary<string, string>? Keys { get; init; }

    /// <summary>Of a model with a chat template: how it is used.</summary>
    public ChatFacts? Chat { get; init; }

    /// <summary>What is said of an adapter.</summary>
    public AdapterContent? Adapter { get; init; }

    /// <summary>With <c>--tensors</c>: every tensor in file order.</summary>
    public IReadOnlyList<TensorFacts>? Tensors { get; init; }
}

/// <summary>How conversations are written.</summary>
/// <param name="Template"><c>own</c>: by the model's own template; <c>chatml</c>: by ChatML in its place; <c>unsupported</c>: not at all.</param>
/// <param name="Notice">Why it is not the model's own, or why that failed on a conversation of one message.</param>
internal sealed record ChatFacts(string Template, string? Notice);

/// <summary>The tensors of one type.</summary>
/// <param name="Type">For example <c>Q8_0</c>.</param>
/// <param name="Tensors">How many tensors have it.</param>
/// <param name="Bytes">Bytes they take together.</param>
internal sealed record TypeShare(string Type, int Tensors, long Bytes)
{
    /// <summary>The types of a GGUF file, that with the most bytes first.</summary>
    public static IReadOnlyList<TypeShare> Of(GgufFile file) => Of(file.Tensors.Select(tensor => (tensor.Type, tensor.ByteLength)));

    /// <summary>The types of tensors, that with the most bytes first.</summary>
    public static IReadOnlyList<TypeShare> Of(IEnumerable<(GgmlType Type, long ByteLength)> tensors) =>
        [.. tensors.GroupBy(tensor => tensor.Type)
            .Select(alike => new TypeShare(alike.Key.ToString(), alike.Count(), alike.Sum(tensor => tensor.ByteLength)))
            .OrderByDescending(share => share.Bytes)];
}

/// <summary>One tensor.</summary>
/// <param name="Name">For example <c>blk.0.attn_q.weight</c>; of an adapter, the weight that it adapts.</param>
/// <param name="Type">For example <c>Q8_0</c>.</param>
/// <param name="Shape">Dimensions, the row length first; of an adapter, n_in and n_out of the weight.</param>
/// <param name="Bytes">Stored bytes.</param>
internal sealed record TensorFacts(string Name, string Type, long[] Shape, long Bytes)
{
    /// <summary>Of an adapter's tensor: its rank.</summary>
    public int? Rank { get; init; }

    /// <summary>Of a .lordba tensor: bits of a code of s_out.</summary>
    public int? OutBits { get; init; }

    /// <summary>Of a .lordba tensor: bits of a code of s_in, 0 if it has none.</summary>
    public int? InBits { get; init; }
}

/// <summary>The first values of one tensor: <c>--tensor NAME</c>. Either <see cref="Values"/>, or the vectors of a .lordba tensor.</summary>
/// <param name="Name">The tensor; of an adapter, the weight that it adapts.</param>
/// <param name="Type">How it is stored.</param>
/// <param name="Shape">Dimensions, the row length first; of an adapter, n_in and n_out of the weight.</param>
internal sealed record TensorValues(string Name, string Type, long[] Shape)
{
    /// <summary>Values in storage order: along the first row, then the next.</summary>
    public float[]? Values { get; init; }

    /// <summary>Rows of signs on either side.</summary>
    public int? Rank { get; init; }

    /// <summary>[rank]</summary>
    public float[]? M { get; init; }

    /// <summary>[n_out]</summary>
    public float[]? ScaleOut { get; init; }

    /// <summary>[n_in], where the tensor has them.</summary>
    public float[]? ScaleIn { get; init; }
}
