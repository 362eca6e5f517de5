using System.Buffers.Binary;
using System.Text;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Memory;

namespace LoRDBA.Runtime.Models;

/// <summary>Digests by which an adapter recognises the model it was made for.</summary>
internal static class BaseIdentity
{
    /// <summary>
    /// The same for every quantization of one model, different for another model: SHA-256 over the architecture, the name
    /// and shape of every tensor, and the values of the norms, which every GGUF file keeps in float32.
    /// </summary>
    public static Sha256Digest Fingerprint(GgufFile file, ModelConfig config)
    {
        var digest = new Sha256Builder();
        AppendText(digest, config.Architecture);
        foreach (var tensor in file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            AppendText(digest, tensor.Name);
            for (var i = 0; i < tensor.Rank; i++) AppendInteger(digest, tensor.Dim(i));
            if (tensor.Rank == 1) digest.Append(file.Span(tensor));
        }
        return digest.Finish();
    }

    /// <summary>
    /// SHA-256 over the fingerprint and, of every tensor, its type and some of its bytes: another quantization of the model has another
    /// one. A
    /// sample will do: whoever changes a weight in a quantized file by hand may not rely on it, and reading all would cost seconds on a
    /// board.
    /// </summary>
    public static Sha256Digest Weights(GgufFile file, Sha256Digest fingerprint)
    {
        const int SampleLength = 256;
        var digest = new Sha256Builder();
        Span<byte> own = stackalloc byte[Sha256Digest.Length];
        fingerprint.CopyTo(own);
        digest.Append(own);
        foreach (var tensor in file.Tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal))
        {
            AppendText(digest, tensor.Name);
            AppendInteger(digest, (int)tensor.Type);
            digest.Append(file.Span(tensor, (int)Math.Min(SampleLength, tensor.ByteLength)));
        }
        return digest.Finish();
    }

    /// <summary>SHA-256 over what decides the token ids of a text: the kind of tokenizer, its tokens and its merges.</summary>
    public static Sha256Digest Tokenizer(GgufFile file)
    {
        var digest = new Sha256Builder();
        foreach (var key in (ReadOnlySpan<string>)["tokenizer.ggml.model", "tokenizer.ggml.pre"])
            if (file.Metadata.TryGetString(key, out var value)) AppendText(digest, value);
        foreach (var key in (ReadOnlySpan<string>)["tokenizer.ggml.tokens", "tokenizer.ggml.merges"])
        {
            if (!file.Metadata.Contains(key)) continue;
            foreach (var text in file.Metadata.GetStringArray(key)) AppendBytes(digest, text);
        }
        return digest.Finish();
    }

    /// <summary>SHA-256 of the chat template; of nothing where there is none.</summary>
    public static Sha256Digest ChatTemplate(GgufFile file) =>
        Sha256Digest.Of(file.Metadata.TryGetString("tokenizer.chat_template", out var template) ? Encoding.UTF8.GetBytes(template) : []);

    private static void AppendText(Sha256Builder digest, string text) => AppendBytes(digest, Encoding.UTF8.GetBytes(text));

    /// <summary>With the length first, so that no two lists of texts give the same bytes.</summary>
    private static void AppendBytes(Sha256Builder digest, ReadOnlySpan<byte> bytes)
    {
        AppendInteger(digest, bytes.Length);
        digest.Append(bytes);
    }

    private static void AppendInteger(Sha256Builder digest, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        digest.Append(bytes);
    }
}
