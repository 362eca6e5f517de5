using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Tokenization;

/// <summary>The tokenizers of real models; a test that asks for one is skipped where the file is absent.</summary>
internal static class RealTokenizers
{
    public const string Gpt2 = "data/vocab/ggml-vocab-gpt-2.gguf";
    public const string Llama3 = "data/vocab/ggml-vocab-llama-bpe.gguf";
    public const string Llama2 = "data/vocab/ggml-vocab-llama-spm.gguf";
    public const string SmolLM2 = "models/SmolLM2-135M-Instruct.Q4_1.gguf";

    public static Tokenizer Load(string relativePath)
    {
        using var file = GgufFile.Open(SharedFiles.Require(relativePath));
        return Tokenizer.FromGguf(file);
    }
}
