using System.Text;
using LoRDBA.Runtime.Adapters;
using LoRDBA.Runtime.Adapters.Peft;

namespace LoRDBA.Runtime.Tests.Adapters.Peft;

/// <summary>The arithmetic of adapter_config.json against hand values, and every field that is refused.</summary>
public sealed class PeftConfigTests
{
    private const string Query = "model.layers.3.self_attn.q_proj";

    [Theory]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32}""", 16, 2)]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"use_rslora":true}""", 16, 8)]
    [InlineData("""{"peft_type":"LORA","r":8,"lora_alpha":2.5}""", 8, 0.3125)]
    public void Scaling_is_alpha_over_r_or_its_root(string json, int rank, float scaling) => Assert.Equal((rank, scaling), Parse(json).Of(Query));

    [Theory]
    [InlineData("q_proj", 4, 8)]                                     // the end of the name, from a dot
    [InlineData("self_attn.q_proj", 4, 8)]
    [InlineData("model.layers.3.self_attn.q_proj", 4, 8)]            // all of it
    [InlineData("^model.layers.3.self_attn.q_proj", 4, 8)]
    [InlineData("layers.(2|3).self_attn.[qk]_proj", 4, 8)]           // regular expressions
    [InlineData("layers\\\\.3\\\\..*", 4, 8)]
    [InlineData("_proj", 16, 2)]                                     // not from a dot
    [InlineData("q_pro", 16, 2)]                                     // not to the end
    [InlineData("layers.4.self_attn.q_proj", 16, 2)]
    [InlineData("k_proj|v_proj", 16, 2)]                             // the alternatives are one group
    public void A_rank_pattern_matches_as_in_PEFT(string pattern, int rank, float scaling) =>
        Assert.Equal((rank, scaling), Parse($$$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"{{{pattern}}}":4}}""").Of(Query));

    [Fact]
    public void Rank_and_alpha_patterns_act_apart_and_the_first_match_wins()
    {
        var config = Parse("""{"peft_type":"LORA","r":16,"lora_alpha":32,"use_rslora":true,"rank_pattern":{"q_proj":4,".*q_proj":64},"alpha_pattern":{"v_proj":7,"layers.3.self_attn.q_proj":6}}""");
        Assert.Equal((4, 3f), config.Of(Query));                              // 6 / sqrt(4)
        Assert.Equal((4, 16f), config.Of("model.layers.4.self_attn.q_proj"));  // 32 / sqrt(4)
        Assert.Equal((16, 1.75f), config.Of("model.layers.3.self_attn.v_proj")); // 7 / sqrt(16)
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\""), InlineData("peft_type", "3"), InlineData("peft_type", "\"lora\"")]
    [InlineData("use_dora", "true")]
    [InlineData("bias", "\"all\""), InlineData("bias", "\"lora_only\""), InlineData("bias", "null")]
    [InlineData("modules_to_save", "[\"lm_head\"]")]
    [InlineData("fan_in_fan_out", "true")]
    [InlineData("lora_bias", "true")]
    [InlineData("use_qalora", "true")]
    [InlineData("trainable_token_indices", "[1]"), InlineData("trainable_token_indices", "{\"embed_tokens\":[1]}")]
    [InlineData("target_parameters", "[\"experts.w1\"]")]
    [InlineData("layer_replication", "[[0,4]]")]
    [InlineData("alora_invocation_tokens", "[5]")]
    [InlineData("init_lora_weights", "\"pissa\""), InlineData("init_lora_weights", "\"olora\""), InlineData("init_lora_weights", "\"loftq\"")]
    [InlineData("something_new", "0.5"), InlineData("something_new", "\"x\""), InlineData("something_new", "true")]
    public void What_would_compute_something_else_is_refused_by_name(string field, string value)
    {
        var refused = AssertError(AdapterError.Unsupported, With(field, value));
        Assert.Equal(field, refused.Field);
        Assert.Contains(field, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("use_dora", "false"), InlineData("modules_to_save", "null"), InlineData("modules_to_save", "[]"), InlineData("init_lora_weights", "\"gaussian\"")]
    [InlineData("lora_dropout", "0.1"), InlineData("target_modules", "[\"q_proj\"]"), InlineData("peft_version", "\"0.18.0\""), InlineData("layers_to_transform", "[1,2]")]
    [InlineData("rank_pattern", "null"), InlineData("something_new", "false"), InlineData("something_new", "{}"), InlineData("init_lora_weights", "true")]
    public void What_is_off_or_was_for_training_is_accepted(string field, string value) => Assert.Equal((16, 2f), Parse(With(field, value)).Of(Query));

    [Theory, InlineData("r"), InlineData("lora_alpha"), InlineData("peft_type")]
    public void A_missing_field_is_told(string field)
    {
        var fields = new[] { "\"peft_type\":\"LORA\"", "\"r\":16", "\"lora_alpha\":32" }.Where(text => !text.StartsWith($"\"{field}\"", StringComparison.Ordinal));
        Assert.Equal(field, AssertError(AdapterError.MissingField, $"{{{string.Join(",", fields)}}}").Field);
    }

    [Theory]
    [InlineData(""), InlineData("[]"), InlineData("{"), InlineData("null")]
    [InlineData("""{"peft_type":"LORA","r":"16","lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":null}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":1e999}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":[]}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"alpha_pattern":{"q_proj":"4"}}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"(":4}}""")]
    public void What_is_no_configuration_is_refused(string json) => AssertError(AdapterError.BadConfig, json);

    [Theory]
    [InlineData("""{"peft_type":"LORA","r":0,"lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":1.5,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"LORA","r":4097,"lora_alpha":32}"""), InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"q_proj":-1}}""")]
    public void A_rank_outside_the_range_is_refused(string json) => AssertError(AdapterError.BadRank, json);

    /// <summary>A backtracking matcher would try 2^64 ways.</summary>
    [Fact]
    public void A_pattern_that_would_run_away_is_answered() =>
        Assert.Equal((16, 2f), Parse("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"((a+)+)+b":4}}""").Of(new string('a', 64)));

    /// <summary>It is the steps that are counted: the same call is refused on every machine, however fast.</summary>
    [Fact]
    public void Many_patterns_that_each_take_their_steps_are_stopped()
    {
        var patterns = string.Join(",", Enumerable.Range(0, 2000).Select(i => $"\"(a+)+b{i}\":4"));
        var config = Parse($$$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{{{{patterns}}}}}""");
        var name = new string('a', 200);
        for (var i = 0; i < 10; i++) Assert.Equal((16, 2f), config.Of(name));
        var refused = Assert.Throws<AdapterException>(() => { for (var i = 0; i < 20; i++) config.Of(name); });
        Assert.Equal((AdapterError.BadConfig, "rank_pattern"), (refused.Error, refused.Field));
        Assert.Contains("steps", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a{1000}{1000}"), InlineData("(a{1000}){1000}"), InlineData("(?=a)"), InlineData("(?i)a"), InlineData("\\\\1"), InlineData("a**"), InlineData("[z-a]"), InlineData("a{9999}")]
    public void A_pattern_that_is_too_large_or_not_supported_is_refused_by_its_text(string pattern)
    {
        var refused = AssertError(AdapterError.BadConfig, $$$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"{{{pattern}}}":4}}""");
        Assert.Contains(pattern.Replace("\\\\", "\\", StringComparison.Ordinal), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rank_too_high_names_the_pattern_that_gives_it() => Assert.Equal("rank_pattern, \"down_proj\"",
        AssertError(AdapterError.BadRank, """{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"q_proj":8,"down_proj":5000}}""").Field);

    [Theory, InlineData("utf-8"), InlineData("utf-16"), InlineData("utf-16BE")]
    public void A_file_with_a_mark_is_read_in_its_encoding(string name)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes("""{"peft_type":"LORA","r":16,"lora_alpha":32}""")];
        Assert.NotEmpty(encoding.GetPreamble());
        Assert.Equal((16, 2f), PeftConfig.Parse(AdapterConfigFile.Of(bytes, "adapter_config.json")).Of(Query));
    }

    [Theory]
    [InlineData("init_lora_weights", "\"pissa\"", "path_initial_model_for_weight_conversion"), InlineData("init_lora_weights", "\"pissa_niter_16\"", "path_initial_model_for_weight_conversion")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "merge_and_unload"), InlineData("bias", "\"all\"", "bias=\"none\""), InlineData("peft_type", "\"LOHA\"", "merge_and_unload")]
    public void A_refusal_says_what_to_do(string field, string value, string remedy) => Assert.Contains(remedy, AssertError(AdapterError.Unsupported, With(field, value)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"\ud800":1,"peft_type":"LORA","r":16,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"\ud800","r":16,"lora_alpha":32}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"rank_pattern":{"\ud800":4}}""")]
    [InlineData("""{"peft_type":"LORA","r":16,"lora_alpha":32,"base_model_name_or_path":"\ud800"}""")]
    public void A_text_that_is_not_Unicode_is_refused(string json) => AssertError(AdapterError.BadConfig, json);

    private static string With(string field, string value) => field == "peft_type"
        ? $$"""{"peft_type":{{value}},"r":16,"lora_alpha":32}"""
        : $$"""{"peft_type":"LORA","r":16,"lora_alpha":32,"{{field}}":{{value}}}""";

    private static PeftConfig Parse(string json) => PeftConfig.Parse(AdapterConfigFile.Of(Encoding.UTF8.GetBytes(json), "adapter_config.json"));

    private static AdapterException AssertError(AdapterError error, string json)
    {
        var refused = Assert.Throws<AdapterException>(() => Parse(json));
        Assert.Equal(error, refused.Error);
        return refused;
    }
}
