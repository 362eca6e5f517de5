using System.Text.Json;
using LoRDBA.Runtime.Gguf;
using LoRDBA.Runtime.Tests.Tokenization;
using LoRDBA.Runtime.Tokenization;
using LoRDBA.Tests;

namespace LoRDBA.Runtime.Tests.Peers;

/// <summary>
/// llama.cpp cuts texts as we do, by each of our pre-tokenizers that it knows. The vocabulary is GPT-2's under another pre-tokenizer's
/// name: its merges show where a text was cut.
/// </summary>
public sealed class LlamaCppTokenizerTests
{
    /// <summary>Where the two agree on all of Unicode.</summary>
    private static readonly string[] Everywhere =
    [
        "gpt-2", "smollm", "command-r", "llama-bpe", "falcon3", "pixtral", "dbrx", "smaug-bpe", "qwen2", "stablelm2", "default", "deepseek-llm",
        "deepseek-coder", "deepseek-v3", "bloom", "viking", "seed-coder", "falcon", "olmo", "mpt", "starcoder", "refact", "exaone", "megrez", "chatglm-bpe",
    ];

    /// <summary>
    /// Where they agree on ASCII: beyond, llama.cpp does not tell small letters from capitals, as the published expressions do.
    /// </summary>
    private static readonly string[] InAscii = ["tekken", "gpt-4o", "llama4"];

    [Fact]
    public void It_cuts_texts_as_we_do()
    {
        NodePeer.Require("@node-llama-cpp/linux-x64");
        using var folder = new TemporaryFolder();
        string[] names = [.. Everywhere, .. InAscii];
        string[] ascii = [.. RandomTexts("stremvldSTREMVLD aZ \n\r\t019.!_-'`+|/(){}<>$", seed: 1)];
        string[] all = [.. ascii, .. RandomTexts("stremvldSTR aZé我ßΩжк你好ア한🦙𐐀 \n\r\u00A0\u3000。，…019²½'.!+", seed: 2)];
        string[] paths = [.. names.Select(name => folder.Write($"{name}.gguf", Renamed(name)))];
        var answers = NodePeer.Run("tokenize.mjs", [folder.Write("texts.json", JsonSerializer.SerializeToUtf8Bytes(all)), .. paths]);

        Assert.All(names, (name, i) =>
        {
            using var file = GgufFile.Open(paths[i]);
            var tokenizer = Tokenizer.FromGguf(file);
            for (var j = 0; j < (InAscii.Contains(name) ? ascii : all).Length; j++)
                Assert.Equal((all[j], string.Join(' ', answers[i][j].EnumerateArray().Select(id => id.GetInt32()))), (all[j], string.Join(' ', tokenizer.Encode(all[j], parseSpecial: false))));
        });
    }

    private static IEnumerable<string> RandomTexts(string alphabet, int seed)
    {
        var random = new Random(seed);
        var characters = alphabet.EnumerateRunes().Select(rune => rune.ToString()).ToArray();
        return Enumerable.Range(0, 300).Select(_ => string.Concat(random.GetItems(characters, random.Next(1, 40))));
    }

    private static byte[] Renamed(string pre)
    {
        using var source = GgufFile.Open(SharedFiles.Require(RealTokenizers.Gpt2));
        var writer = new GgufWriter();
        foreach (var key in source.Metadata.Keys.Where(key => key != "tokenizer.ggml.pre")) writer.Copy(source, key);
        return writer.Add("tokenizer.ggml.pre", pre).ToArray();
    }
}
